// What a plan would need, shown beside the form while it is being typed: the risk with its reason, and who would decide.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { preview } from '../../api/queries';
import type { Preview, Wanted } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { RiskMark } from '../../ui/kit';
import { wantedWords } from './plan';

/** Asks a little after the last keystroke; what cannot be read yet keeps the answer before. */
export function usePreview(body: Record<string, unknown>, on = true): Preview | undefined {
  const text = JSON.stringify(body);
  const [settled, settle] = useState(text);
  useEffect(() => { const timer = setTimeout(() => settle(text), 400); return () => clearTimeout(timer); }, [text]);
  return useQuery({ ...preview(JSON.parse(settled) as Record<string, unknown>, on), placeholderData: keepPreviousData }).data;
}

export function Needs({ found }: { found: Preview | undefined }) {
  if (!found) return null;
  const { risk, approvals, missing } = found;
  return (
    <section className="needs" aria-label="What it needs" aria-live="polite">
      <div className="row wraps"><RiskMark risk={risk.band} /><span className="dim small grow">{risk.because}</span></div>
      {(approvals ?? []).length > 0 && <ul className="list">{(approvals ?? []).map((one) => <Ask key={`${one.stage} ${one.label}`} one={one} />)}</ul>}
      {(approvals ?? []).length === 0 && <p className="small dim">Nobody is asked: it is {found.model.label.toLowerCase()}.</p>}
      {(missing ?? []).length > 0 && <details className="small"><summary>{missing!.length === 1 ? 'One thing is' : `${missing!.length} things are`} missing before it can be put forward</summary><ul>{missing!.map((one) => <li key={one.location + one.message}>{one.message}</li>)}</ul></details>}
    </section>
  );
}

function Ask({ one }: { one: Wanted }) {
  return (
    <li className="small">
      <div className="row"><Icon name={one.trouble ? 'alert' : 'hand'} size={14} /><span className="grow"><strong>{one.label.replace(/^the /, '').replace(/^./, (char) => char.toUpperCase())}</strong>{one.stage > 1 ? <span className="dim"> then, in stage {one.stage}</span> : null} <span className="dim">{wantedWords(one)}</span></span></div>
      {one.trouble ? <p className="red">{one.trouble}</p> : <p className="dim clip">{(one.people ?? []).map((person) => person.name).join(', ')}</p>}
    </li>
  );
}
