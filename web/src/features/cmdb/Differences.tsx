// What differs between two moments, as a table: what it was, what it became.
import type { CiTie } from '../../api/cmdb';
import type { FieldChange } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Field } from '../../ui/kit';
import { dateTime, fromLocalInput, toLocalInput } from '../../ui/time';
import { CiLine } from './parts';

export function MomentInputs({ from, to, onChange }: { from: string; to: string; onChange: (next: { from: string; to: string }) => void }) {
  const now = toLocalInput(new Date().toISOString());
  return (
    <div className="grid2">
      <Field label="From">{(ids) => <input {...ids} className="input" type="datetime-local" max={now} value={toLocalInput(from)} onChange={(event) => onChange({ from: fromLocalInput(event.target.value) ?? '', to })} />}</Field>
      <Field label="To" hint={to ? undefined : 'Left empty, now'}>{(ids) => <input {...ids} className="input" type="datetime-local" max={now} value={toLocalInput(to)} onChange={(event) => onChange({ from, to: fromLocalInput(event.target.value) ?? '' })} />}</Field>
    </div>
  );
}

export function Differences({ from, to, fields, added, removed }: { from: string; to: string; fields: FieldChange[]; added: CiTie[]; removed: CiTie[] }) {
  return (
    <div className="stack">
      {fields.length > 0 && <FieldTable from={from} to={to} fields={fields} />}
      {[{ ties: added, label: 'Only at the later moment', icon: 'plus' as const }, { ties: removed, label: 'Only at the earlier moment', icon: 'x' as const }].map(({ ties, label, icon }) => ties.length > 0 && (
        <div key={label}><h3>{label}</h3><ul className="list ties">{ties.map((tie, i) => <li key={i} className="row top"><Icon name={icon} size={14} /><span className="dim nowrap">{tie.label}</span>{tie.item ? <CiLine item={tie.item} /> : <strong>{tie.group}</strong>}</li>)}</ul></div>
      ))}
    </div>
  );
}

export function FieldTable({ from, to, fields }: { from: string; to: string; fields: FieldChange[] }) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Values that differ">
      <table className="plain-table differences">
        <thead><tr><th scope="col">Value</th><th scope="col">{dateTime(from)}</th><th scope="col">{dateTime(to)}</th></tr></thead>
        <tbody>{fields.map((one) => <tr key={one.field}><th scope="row">{one.label ?? one.field}</th><td>{one.before ? <s>{one.before}</s> : <span className="dim">nothing</span>}</td><td>{one.after ? <b>{one.after}</b> : <span className="dim">nothing</span>}</td></tr>)}</tbody>
      </table>
    </div>
  );
}
