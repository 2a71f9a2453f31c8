// Sets the colour scheme before the first paint. An external file, since the content security policy
// allows no inline script.
(function () {
  var chosen = 'auto';
  try { chosen = localStorage.getItem('mantine-color-scheme-value') || 'auto'; } catch (e) { /* storage refused: follow the system */ }
  var dark = chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
