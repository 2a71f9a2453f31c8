import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser for the tests: CHROMIUM, or the first one on the path. Without one the tests fail; they never skip. */
export function browserPath(): string {
  const named = process.env.CHROMIUM;
  if (named) return named;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  throw new Error('No browser found. Install one (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM to its path.');
}
