// One approval that a row of the policy asks for.
import { useQuery } from '@tanstack/react-query';
import { boards, roles } from '../../api/queries';
import type { PolicySlot, Vocabulary } from '../../api/types';
import { Field, IconButton } from '../../ui/kit';
import { Picker } from '../../ui/Picker';

export function slotWords(slot: PolicySlot): string {
  const rule = !slot.rule ? 'by its own rule' : slot.rule === 'any' ? 'one of them' : slot.rule === 'all' ? 'all of them' : slot.rule === 'percent' ? `${slot.percent}%, ${slot.needed} at least` : `${slot.needed} of them`;
  return [`${slot.label}: ${rule}`, slot.stage > 1 ? `in stage ${slot.stage}` : '', slot.advisory ? 'as advice' : '', slot.sign ? 'signed' : '', slot.distinct ? 'who has not voted elsewhere' : '', slot.due_hours ? `due in ${slot.due_hours} h` : ''].filter(Boolean).join(', ');
}

export function SlotForm({ slot, words, onChange, onRemove }: { slot: PolicySlot; words: Vocabulary; onChange: (slot: PolicySlot) => void; onRemove?: () => void }) {
  const known = useQuery(boards).data?.items ?? [];
  const every = useQuery(roles).data?.roles ?? [];
  const board = slot.kind === 'board' || slot.kind === 'on_call';
  const kind = (to: string) => onChange({ ...slot, kind: to, of: to === 'board' || to === 'on_call' ? known[0]?.key ?? 'cab' : to === 'role' ? 'change_manager' : undefined, people: to === 'named' ? slot.people ?? [] : undefined, rule: to === 'board' ? slot.rule : slot.rule || 'any' });
  const number = (label: string, field: 'stage' | 'needed' | 'percent' | 'due_hours', min: number, max: number) => <Field label={label}>{(ids) => <input {...ids} className="input num" type="number" min={min} max={max} value={slot[field] ?? min} onChange={(event) => onChange({ ...slot, [field]: Number(event.target.value) })} />}</Field>;
  const flag = (label: string, field: 'advisory' | 'sign' | 'distinct') => <label className="row small"><input type="checkbox" checked={Boolean(slot[field])} onChange={(event) => onChange({ ...slot, [field]: event.target.checked })} />{label}</label>;
  return (
    <div className="slot-form stack">
      <div className="row apart"><strong className="small">{slot.label}</strong>{onRemove && <IconButton icon="x" small label={`Do not ask: ${slot.label}`} onClick={onRemove} />}</div>
      <div className="grid2">
        <Field label="Called">{(ids) => <input {...ids} className="input" maxLength={100} value={slot.label} onChange={(event) => onChange({ ...slot, label: event.target.value })} />}</Field>
        <Field label="Who">{(ids) => <select {...ids} className="input" value={slot.kind} onChange={(event) => kind(event.target.value)}>{Object.entries(words.electorates).map(([id, word]) => <option key={id} value={id}>{word.replace(/^./, (char) => char.toUpperCase())}</option>)}</select>}</Field>
        {board && <Field label="Board">{(ids) => <select {...ids} className="input" value={slot.of} onChange={(event) => onChange({ ...slot, of: event.target.value })}>{!known.some((one) => one.key === slot.of) && <option value={slot.of}>{slot.of} (not founded yet)</option>}{known.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}</select>}</Field>}
        {slot.kind === 'role' && <Field label="Role">{(ids) => <select {...ids} className="input" value={slot.of} onChange={(event) => onChange({ ...slot, of: event.target.value })}>{every.filter((one) => one.name !== 'requester').map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}</select>}</Field>}
        {slot.kind === 'named' && <div className="field"><span className="label">People</span><div className="row wraps"><span className="small">{(slot.people ?? []).length} named</span><Picker className="chip add" label="Name a person" from="people" onPick={(choice) => onChange({ ...slot, people: [...new Set([...slot.people ?? [], choice.id])] })}>Add</Picker></div></div>}
        <Field label="How many">{(ids) => <select {...ids} className="input" value={slot.rule ?? ''} onChange={(event) => onChange({ ...slot, rule: event.target.value || undefined, needed: slot.needed || 1, percent: event.target.value === 'percent' ? slot.percent || 50 : undefined })}>{slot.kind === 'board' && <option value="">As the board’s own rule says</option>}<option value="any">One of them</option><option value="all">All of them</option><option value="quorum">A number of them</option><option value="percent">A share of them</option></select>}</Field>
        {slot.rule === 'percent' && number('Per cent', 'percent', 1, 100)}
        {(slot.rule === 'quorum' || slot.rule === 'percent') && number(slot.rule === 'percent' ? 'At least' : 'Number', 'needed', 1, 100)}
        <Field label="A rejection">{(ids) => <select {...ids} className="input" value={slot.veto ?? 'any'} onChange={(event) => onChange({ ...slot, veto: event.target.value })}><option value="any">is a veto</option><option value="majority">counts with a majority</option><option value="none">only takes a vote away</option></select>}</Field>
        {number('Stage', 'stage', 1, 9)}
        {number('Escalated after hours (0: 72)', 'due_hours', 0, 2160)}
      </div>
      <div className="row wraps">{flag('Advice only', 'advisory')}{flag('Signed with the password', 'sign')}{flag('By people who have not voted elsewhere', 'distinct')}</div>
      {slot.sign && <Field label="The signature means">{(ids) => <input {...ids} className="input" required maxLength={300} value={slot.meaning ?? ''} onChange={(event) => onChange({ ...slot, meaning: event.target.value })} />}</Field>}
    </div>
  );
}
