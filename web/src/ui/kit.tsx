// Small parts that every screen shares.
import { useEffect, useId, useState, useSyncExternalStore, type ButtonHTMLAttributes, type ReactNode } from 'react';
import { asProblem } from '../api/client';
import type { Person as PersonRef, Risk, Tone as ToneName } from '../api/types';
import { priorityWord, riskWord } from '../api/words';
import { Icon, type IconName } from './Icon';
import { exact, left, relative } from './time';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { look?: 'primary' | 'danger' | 'approve' | 'quiet' | 'link' | ''; icon?: IconName; busy?: boolean; big?: boolean; wide?: boolean };
export function Button({ look = '', icon, busy, big, wide, className = '', children, disabled, type = 'button', ...rest }: ButtonProps) {
  return (
    <button type={type} className={`button ${look} ${big ? 'big' : ''} ${wide ? 'wide' : ''} ${className}`} disabled={disabled || busy} aria-busy={busy || undefined} {...rest}>
      {busy ? <span className="spin" /> : icon ? <Icon name={icon} size={big ? 18 : 15} /> : null}{children}
    </button>
  );
}

export function IconButton({ icon, label, small, className = '', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { icon: IconName; label: string; small?: boolean }) {
  return <button type="button" className={`icon-button ${small ? 'small' : ''} ${className}`} aria-label={label} title={label} {...rest}><Icon name={icon} size={small ? 14 : 17} /></button>;
}

/** A state with its tone; the word always stands beside the sign. */
export function Tone({ tone, icon, children }: { tone: ToneName; icon?: IconName; children: ReactNode }) {
  return (
    <span className={`tone ${tone}`}>
      {tone === 'done' || tone === 'closed' || tone === 'refused' ? <Icon name={icon ?? (tone === 'refused' ? 'x' : 'check')} size={12} /> : <i className="dot" />}
      <span>{children}</span>
    </span>
  );
}
export function Priority({ value, words }: { value: number; words?: boolean }) {
  return <span className="row"><span className={`prio p${value}`} title={`Priority ${value}: ${priorityWord[value] ?? ''}`}>P{value}</span>{words ? <span>{priorityWord[value]}</span> : null}</span>;
}
export function RiskMark({ risk }: { risk: Risk }) {
  return <span className={`risk ${risk}`}><i aria-hidden><b /><b /><b /></i>{riskWord[risk]}</span>;
}

const initials = (name: string) => name.split(/[\s.@]+/).filter(Boolean).map((part) => part[0]!).filter((_, i, all) => i === 0 || i === all.length - 1).join('').toUpperCase();
const tint = (name: string) => [...name].reduce((sum, char) => (sum * 31 + char.codePointAt(0)!) % 6007, 7) % 6;
export function Avatar({ name, large }: { name: string | null; large?: boolean }) {
  return name ? <span className={`avatar t${tint(name)} ${large ? 'large' : ''}`} aria-hidden data-initials={initials(name)} /> : <span className="avatar none" aria-hidden />;
}
export function Person({ person, none = 'Nobody' }: { person: PersonRef | null | undefined; none?: string }) {
  return <span className="person"><Avatar name={person?.name ?? null} /><span className={person ? 'clip' : 'clip dim'}>{person?.name ?? none}</span></span>;
}

// One clock for all relative times on the page.
let now = Date.now();
const tickers = new Set<() => void>();
setInterval(() => { now = Date.now(); tickers.forEach((tick) => tick()); }, 30_000);
export function useNow(): number {
  return useSyncExternalStore((tick) => { tickers.add(tick); return () => tickers.delete(tick); }, () => now);
}
export function Ago({ at }: { at: string | null | undefined }) {
  const current = useNow();
  return at ? <time dateTime={at} title={exact(at)}>{relative(at, current)}</time> : null;
}
export function Left({ due, done }: { due: string | null; done?: boolean }) {
  const current = useNow();
  const value = left(due, current);
  if (done || value.tone === 'none') return <span className="dim" aria-label={done ? 'Finished' : 'No target'}>–</span>;
  return <time className={`left ${value.tone}`} dateTime={due!} title={exact(due!)}>{value.text}</time>;
}

export function Empty({ icon, title, children, act, level = 2 }: { icon: IconName; title: string; children?: ReactNode; act?: ReactNode; level?: 1 | 2 }) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return <div className="empty"><Icon name={icon} size={28} /><Heading>{title}</Heading>{children ? <p>{children}</p> : null}{act}</div>;
}

export function Notice({ look = '', icon, children, act }: { look?: 'bad' | 'warn' | 'good' | 'wait' | ''; icon?: IconName; children: ReactNode; act?: ReactNode }) {
  return <div className={`notice ${look}`} role={look === 'bad' ? 'alert' : undefined}>{icon ? <Icon name={icon} /> : null}<div className="grow wrap">{children}</div>{act}</div>;
}

/** A failure in the problem's own words, with its reasons and the way out. */
export function ProblemNote({ error, again }: { error: unknown; again?: () => void }) {
  if (!error) return null;
  const problem = asProblem(error);
  return (
    <Notice look="bad" icon="alert" act={again ? <Button look="link" onClick={again}>Try again</Button> : undefined}>
      {problem.detail}
      {problem.reasons.length > 0 && <ul>{problem.reasons.map((reason) => <li key={reason.code}>{reason.text}</li>)}</ul>}
      {problem.status >= 500 && problem.requestId ? <div className="small">Request <code className="mono">{problem.requestId}</code></div> : null}
    </Notice>
  );
}

/** What stands where a whole page could not be shown. */
export function PageProblem({ error, again, level }: { error: unknown; again?: () => void; level?: 1 | 2 }) {
  const problem = asProblem(error);
  const title = problem.status === 404 ? 'Nothing here that you can see' : problem.status === 403 ? 'Not yours to see' : problem.status === 0 ? 'No connection' : problem.title;
  return (
    <Empty icon={problem.status === 403 ? 'lock' : problem.status === 404 ? 'search' : 'alert'} title={title} level={level} act={again && problem.status !== 404 ? <Button onClick={again}>Try again</Button> : <a className="button" href="/">To my work</a>}>
      {problem.detail}{problem.requestId && problem.status >= 500 ? <><br />Request <code className="mono">{problem.requestId}</code></> : null}
    </Empty>
  );
}

/** Shows its children only after 150 ms: what arrives sooner needs no skeleton. */
export function Late({ children }: { children: ReactNode }) {
  const [shown, show] = useState(false);
  useEffect(() => { const timer = setTimeout(() => show(true), 150); return () => clearTimeout(timer); }, []);
  return shown ? <>{children}</> : null;
}
export function Bones({ lines = 4 }: { lines?: number }) {
  return <Late><div className="stack" aria-hidden style={{ padding: 16 }}>{Array.from({ length: lines }, (_, i) => <span key={i} className="bone" style={{ width: `${[70, 92, 45, 80, 60][i % 5]}%` }} />)}</div></Late>;
}

/** Server-sanitised HTML of a text that people wrote in Markdown. */
export function Html({ html }: { html: string | null | undefined }) {
  return html ? <div className="md" dangerouslySetInnerHTML={{ __html: html }} /> : null;
}

/** One labelled input with its hint and what is wrong with it. */
export function Field({ label, hint, wrong, optional, children }: { label: string; hint?: ReactNode; wrong?: string; optional?: boolean; children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ReactNode }) {
  const id = useId();
  const described = wrong || hint ? `${id}-more` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}{optional ? <span className="dim"> (optional)</span> : null}</label>
      {children({ id, 'aria-describedby': described, 'aria-invalid': wrong ? true : undefined })}
      {wrong ? <span className="wrong" id={described}><Icon name="alert" size={14} />{wrong}</span> : hint ? <span className="hint" id={described}>{hint}</span> : null}
    </div>
  );
}

export function Segments<V extends string>({ label, value, options, onChange }: { label: string; value: V; options: { value: V; label: ReactNode }[]; onChange: (value: V) => void }) {
  return <div className="segments" role="group" aria-label={label}>{options.map((option) => <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>{option.label}</button>)}</div>;
}

/** Copies a text and says so. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [done, set] = useState(false);
  const copy = () => { void navigator.clipboard?.writeText(text).then(() => { set(true); setTimeout(() => set(false), 1600); }); };
  return <IconButton small icon={done ? 'check' : 'copy'} label={done ? 'Copied' : label} onClick={copy} />;
}
