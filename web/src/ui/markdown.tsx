// The preview while writing: a small subset of Markdown as React elements, never as HTML. What is stored and shown
// afterwards is the server's own rendering.
import type { ReactNode } from 'react';

const inlinePattern = /(`[^`]+`)|(!?\[[^\]]*\]\([^\s)]+\))|(\*\*[^*]+\*\*)|(\*[^*\s][^*]*\*)|(_[^_\s][^_]*_)|(https?:\/\/[^\s<>)]+)/g;
const safe = (href: string) => /^(https?:\/\/|\/|mailto:)/.test(href);

function inline(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(inlinePattern)) {
    const piece = match[0];
    if (match.index > from) parts.push(text.slice(from, match.index));
    from = match.index + piece.length;
    const key = match.index;
    if (match[1]) parts.push(<code key={key}>{piece.slice(1, -1)}</code>);
    else if (match[2]) {
      const [, bang, label, href] = /^(!?)\[([^\]]*)\]\(([^\s)]+)\)$/.exec(piece)!;
      if (!safe(href!)) parts.push(label);
      else parts.push(bang ? <img key={key} src={href} alt={label} /> : <a key={key} href={href} rel="noreferrer">{label || href}</a>);
    } else if (match[3]) parts.push(<strong key={key}>{piece.slice(2, -2)}</strong>);
    else if (match[6]) parts.push(<a key={key} href={piece} rel="noreferrer">{piece}</a>);
    else parts.push(<em key={key}>{piece.slice(1, -1)}</em>);
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

const lines = (text: string[]) => text.flatMap((line, i) => (i ? [<br key={`b${i}`} />, ...inline(line)] : inline(line)));

export function Preview({ text }: { text: string }) {
  const blocks: ReactNode[] = [];
  const parts = text.replaceAll('\r', '').split('\n');
  for (let i = 0; i < parts.length;) {
    const line = parts[i]!;
    const take = (test: RegExp) => { const taken: string[] = []; while (i < parts.length && test.test(parts[i]!)) taken.push(parts[i++]!); return taken; };
    if (!line.trim()) { i++; continue; }
    if (line.startsWith('```')) {
      i++;
      const code: string[] = [];
      while (i < parts.length && !parts[i]!.startsWith('```')) code.push(parts[i++]!);
      i++;
      blocks.push(<pre key={i}><code>{code.join('\n')}</code></pre>);
    } else if (/^#{1,6}\s/.test(line)) { blocks.push(<h3 key={i}>{inline(line.replace(/^#+\s/, ''))}</h3>); i++; }
    else if (/^\s*[-*]\s/.test(line)) { const key = i; blocks.push(<ul key={key}>{take(/^\s*[-*]\s/).map((item, n) => <li key={n}>{inline(item.replace(/^\s*[-*]\s/, ''))}</li>)}</ul>); }
    else if (/^\s*\d+[.)]\s/.test(line)) { const key = i; blocks.push(<ol key={key}>{take(/^\s*\d+[.)]\s/).map((item, n) => <li key={n}>{inline(item.replace(/^\s*\d+[.)]\s/, ''))}</li>)}</ol>); }
    else if (line.startsWith('>')) { const key = i; blocks.push(<blockquote key={key}>{lines(take(/^>/).map((quoted) => quoted.replace(/^>\s?/, '')))}</blockquote>); }
    else { const key = i; blocks.push(<p key={key}>{lines(take(/^(?!```|#{1,6}\s|\s*[-*]\s|\s*\d+[.)]\s|>)\s*\S/))}</p>); }
  }
  return <div className="md">{blocks.length ? blocks : <p className="dim">Nothing to show yet.</p>}</div>;
}
