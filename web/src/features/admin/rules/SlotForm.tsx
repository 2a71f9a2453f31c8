// One approval that a row of the policy asks for.
import { useQuery } from '@tanstack/react-query';
import { boards, roles, usePersonName } from '../../../api/queries';
import type { PolicySlot, Vocabulary } from '../../../api/types';
import { Icon } from '../../../ui/Icon';
import { Field, IconButton } from '../../../ui/kit';
import { Picker } from '../../../ui/Picker';

interface Props { slot: PolicySlot; words: Vocabulary; place: string; at: (place: string) => string | undefined; onChange: (slot: PolicySlot) => void; onRemove?: () => void }

export function SlotForm({ slot, words, place, at, onChange, onRemove }: Props) {
  const known = useQuery(boards).data?.items ?? [];
  const every = useQuery(roles).data?.roles ?? [];
  const board = slot.kind === 'board' || slot.kind === 'on_call';
  const wrong = (field: string) => at(`${place}.${field}`);
  const kind = (to: string) => onChange({ ...slot, kind: to, of: to === 'board' || to === 'on_call' ? known[0]?.key ?? 'cab' : to === 'role' ? 'change_manager' : undefined, people: to === 'named' ? slot.people ?? [] : undefined, rule: to === 'board' ? slot.rule : slot.rule || 'any' });
  const number = (label: string, field: 'stage' | 'needed' | 'percent' | 'due_hours', min: number, max: number, hint?: string) => <Field label={label} hint={hint} wrong={wrong(field)}>{(ids) => <input {...ids} className="input num" type="number" min={min} max={max} value={slot[field] ?? min} onChange={(event) => onChange({ ...slot, [field]: Math.round(Number(event.target.value)) })} />}</Field>;
  const flag = (label: string, field: 'advisory' | 'sign' | 'distinct') => <label className="check small"><input type="checkbox" checked={Boolean(slot[field])} onChange={(event) => onChange({ ...slot, [field]: event.target.checked || undefined })} />{label}</label>;
  return (
    <div className="slot-form stack">
      <div className="row apart"><strong className="small">{slot.label || 'An approval'}</strong>{onRemove && <IconButton icon="x" small label={`Do not ask: ${slot.label}`} onClick={onRemove} />}</div>
      <div className="grid2">
        <Field label="Who" wrong={wrong('kind')}>{(ids) => <select {...ids} className="input" value={slot.kind} onChange={(event) => kind(event.target.value)}>{Object.entries(words.electorates).map(([id, word]) => <option key={id} value={id}>{word.replace(/^./, (char) => char.toUpperCase())}</option>)}</select>}</Field>
        {board && <Field label="Board" wrong={wrong('of')}>{(ids) => <select {...ids} className="input" value={slot.of} onChange={(event) => onChange({ ...slot, of: event.target.value })}>{!known.some((one) => one.key === slot.of) && <option value={slot.of}>{slot.of} (not founded yet)</option>}{known.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}</select>}</Field>}
        {slot.kind === 'role' && <Field label="Role" wrong={wrong('of')}>{(ids) => <select {...ids} className="input" value={slot.of} onChange={(event) => onChange({ ...slot, of: event.target.value })}>{every.filter((one) => one.name !== 'requester').map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}</select>}</Field>}
        <Field label="Called" hint="On the change, and in the inbox of whoever is asked" wrong={wrong('label')}>{(ids) => <input {...ids} className="input" maxLength={100} value={slot.label} onChange={(event) => onChange({ ...slot, label: event.target.value })} />}</Field>
        <Field label="How many" wrong={wrong('rule')}>{(ids) => <select {...ids} className="input" value={slot.rule ?? ''} onChange={(event) => onChange({ ...slot, rule: event.target.value || undefined, needed: slot.needed || 1, percent: event.target.value === 'percent' ? slot.percent || 50 : undefined })}>{slot.kind === 'board' && <option value="">As the board’s own rule says</option>}<option value="any">One of them</option><option value="all">All of them</option><option value="quorum">A number of them</option><option value="percent">A share of them</option></select>}</Field>
        {slot.rule === 'percent' && number('Per cent', 'percent', 1, 100, 'Of those who may vote, rounded up')}
        {(slot.rule === 'quorum' || slot.rule === 'percent') && number(slot.rule === 'percent' ? 'At least' : 'Number', 'needed', 1, 100)}
        <Field label="A rejection" wrong={wrong('veto')}>{(ids) => <select {...ids} className="input" value={slot.veto || 'any'} onChange={(event) => onChange({ ...slot, veto: event.target.value === 'any' ? undefined : event.target.value })}><option value="any">is a veto</option><option value="majority">counts with a majority</option><option value="none">only takes a vote away</option></select>}</Field>
        {number('Stage', 'stage', 1, 9, 'Those of stage 2 are asked when stage 1 is complete')}
        {number('Escalated after hours', 'due_hours', 0, 2160, '0 for the usual 72; nothing is approved by time')}
      </div>
      {slot.kind === 'named' && (
        <div className="field"><span className="label">People</span>
          <div className="row wraps">{(slot.people ?? []).map((id) => <Named key={id} id={id} onRemove={() => onChange({ ...slot, people: slot.people!.filter((other) => other !== id) })} />)}
            <Picker className="chip add" label="Name a person" from="people" onPick={(choice) => onChange({ ...slot, people: [...new Set([...slot.people ?? [], choice.id])] })}>Name a person</Picker></div>
          {wrong('people') && <span className="wrong"><Icon name="alert" size={14} />{wrong('people')}</span>}
        </div>
      )}
      <div className="row wraps">{flag('Advice only', 'advisory')}{flag('Signed with the password', 'sign')}{flag('By people who have not voted elsewhere on it', 'distinct')}</div>
      {slot.sign && <Field label="The signature means" wrong={wrong('meaning')}>{(ids) => <input {...ids} className="input" maxLength={300} value={slot.meaning ?? ''} onChange={(event) => onChange({ ...slot, meaning: event.target.value })} />}</Field>}
    </div>
  );
}

function Named({ id, onRemove }: { id: string; onRemove: () => void }) {
  const name = usePersonName(id) ?? '…';
  return <span className="chip named">{name}<button type="button" className="chip-x" aria-label={`Do not name ${name}`} onClick={onRemove}><Icon name="x" size={12} /></button></span>;
}
