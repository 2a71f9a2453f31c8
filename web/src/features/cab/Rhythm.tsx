// How a board meets: when, who leads, how long before it is announced, and what comes on the agenda by itself.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { boards, client } from '../../api/queries';
import { rhythm, type Rhythm } from '../../api/rooms';
import type { Person as PersonRef } from '../../api/types';
import { toast } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Bones, Button, Field, PageProblem, Person, ProblemNote } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateTime } from '../../ui/time';

const sections: [string, string][] = [['failed', 'Failed, backed out and emergencies'], ['reviews', 'Reviews due'], ['high_risk', 'High risk'], ['conflicts', 'Conflicts'], ['decisions', 'Others for decision'], ['templates', 'Templates of standard changes'], ['forward', 'Forward schedule']];
const rules: [string, string][] = [['FREQ=WEEKLY;BYDAY=', 'Every week'], ['FREQ=WEEKLY;INTERVAL=2;BYDAY=', 'Every other week']];
const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export function RhythmDialog({ onClose }: { onClose: () => void }) {
  const list = useQuery(boards);
  const [board, choose] = useState('cab');
  const query = useQuery(rhythm(board));
  return (
    <Dialog title="Rhythm" open onClose={onClose} size={600}>
      <div className="stack">
        {(list.data?.items.length ?? 0) > 1 && <Field label="Board">{(ids) => <select {...ids} className="input" value={board} onChange={(event) => choose(event.target.value)}>{list.data!.items.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}</select>}</Field>}
        {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} level={2} /> : <Form key={`${board} ${query.data.version}`} board={board} given={query.data} onClose={onClose} />}
      </div>
    </Dialog>
  );
}

function Form({ board, given, onClose }: { board: string; given: Rhythm; onClose: () => void }) {
  const [typed, set] = useState(given);
  const [manager, setManager] = useState<PersonRef | null>(given.manager);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const simple = rules.find(([start]) => typed.rule.startsWith(start) && days.includes(typed.rule.slice(start.length)));
  const chosen = typed.sections ?? [];
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { active, zone, starts, rule, minutes, notice_hours, item_minutes, low_risk } = typed;
      await api.put(`/boards/${board}/rhythm`, { active, zone, starts, rule, minutes, notice_hours, item_minutes, low_risk, sections: chosen, manager: manager?.id ?? '' }, given.version ? { version: given.version } : {});
      await client.invalidateQueries({ queryKey: ['rhythm', board] });
      void client.invalidateQueries({ queryKey: ['meetings'] });
      toast('The rhythm is set.');
      onClose();
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <form onSubmit={(event) => { void send(event); }}>
      <fieldset className="plain stack" disabled={!given.may}>
        <legend className="hidden-label">How the board meets</legend>
        <label className="check"><input type="checkbox" checked={typed.active} onChange={(event) => set({ ...typed, active: event.target.checked })} /> Meetings are planned by themselves, six weeks ahead</label>
        {simple ? (
          <div className="grid2">
            <Field label="How often">{(ids) => <select {...ids} className="input" value={simple[0]} onChange={(event) => set({ ...typed, rule: event.target.value + typed.rule.slice(simple[0].length) })}>{rules.map(([start, label]) => <option key={start} value={start}>{label}</option>)}</select>}</Field>
            <Field label="Day">{(ids) => <select {...ids} className="input" value={typed.rule.slice(simple[0].length)} onChange={(event) => set({ ...typed, rule: simple[0] + event.target.value })}>{days.map((day, i) => <option key={day} value={day}>{dayNames[i]}</option>)}</select>}</Field>
          </div>
        ) : <Field label="Rule" hint="As in RFC 5545" wrong={problem?.at('rule')}>{(ids) => <input {...ids} className="input mono" value={typed.rule} onChange={(event) => set({ ...typed, rule: event.target.value })} />}</Field>}
        <div className="grid2">
          <Field label="First time" wrong={problem?.at('starts')}>{(ids) => <input {...ids} className="input" type="datetime-local" value={typed.starts} onChange={(event) => set({ ...typed, starts: event.target.value.slice(0, 16) })} />}</Field>
          <Field label="Time zone" wrong={problem?.at('zone')}>{(ids) => <input {...ids} className="input" value={typed.zone} onChange={(event) => set({ ...typed, zone: event.target.value })} />}</Field>
          <Field label="Minutes" wrong={problem?.at('minutes')}>{(ids) => <input {...ids} className="input num" type="number" min={5} max={480} value={typed.minutes} onChange={(event) => set({ ...typed, minutes: Number(event.target.value) })} />}</Field>
          <Field label="Minutes a point" wrong={problem?.at('item_minutes')}>{(ids) => <input {...ids} className="input num" type="number" min={1} max={120} value={typed.item_minutes} onChange={(event) => set({ ...typed, item_minutes: Number(event.target.value) })} />}</Field>
          <Field label="Announced, hours before" wrong={problem?.at('notice_hours')}>{(ids) => <input {...ids} className="input num" type="number" min={0} max={672} value={typed.notice_hours} onChange={(event) => set({ ...typed, notice_hours: Number(event.target.value) })} />}</Field>
          <Field label="Manager" optional>{(ids) => <Picker id={ids.id} named label="Manager" from="people" value={manager?.id} disabled={!given.may} onPick={(choice) => setManager(choice.id ? { id: choice.id, name: choice.label } : null)}><Person person={manager} /></Picker>}</Field>
        </div>
        <div className="stack tight" role="group" aria-label="What comes on the agenda by itself">
          <span className="label">What comes on the agenda by itself</span>
          {sections.map(([key, label]) => <label key={key} className="check"><input type="checkbox" checked={chosen.includes(key)} onChange={(event) => set({ ...typed, sections: event.target.checked ? [...chosen, key] : chosen.filter((one) => one !== key) })} /> {label}</label>)}
          <label className="check"><input type="checkbox" checked={typed.low_risk} onChange={(event) => set({ ...typed, low_risk: event.target.checked })} /> Also changes of low risk</label>
          <span className="hint small dim">Standard changes never do: the board has approved them already.</span>
        </div>
        {error ? <ProblemNote error={error} /> : null}
        {given.active && (given.next ?? []).length > 0 && <p className="small dim">Next: {given.next!.map(dateTime).join('; ')}</p>}
        {given.may && <div className="row"><Button type="submit" look="primary" busy={busy}>Save rhythm</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>}
      </fieldset>
    </form>
  );
}
