// Who is on duty for a board, from when until when.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { client, duties } from '../../api/queries';
import { useMe } from '../../app/session';
import { toastProblem } from '../../app/toasts';
import { Button, Field, IconButton, Person } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateTime, fromLocalInput } from '../../ui/time';

export function Roster({ board, name }: { board: string; name: string }) {
  const query = useQuery(duties(board));
  const may = Boolean(useMe().may['board.roster']);
  const [adding, add] = useState(false);
  const turns = query.data?.items ?? [];
  const again = () => client.invalidateQueries({ queryKey: ['duties', board] });
  return (
    <section className="roster" aria-label={`On duty: ${name}`}>
      <div className="row apart"><h3>On duty</h3>{may && !adding && <Button look="link" className="small" icon="plus" onClick={() => add(true)}>Put somebody on duty</Button>}</div>
      {turns.length === 0 && <p className="small dim">Nobody. A board that decides on emergencies needs two people on duty.</p>}
      <ul className="list">{turns.map((turn) => (
        <li key={turn.id} className="row small"><span className="grow"><Person person={turn.person} /></span><span className={turn.now ? '' : 'dim'}>{turn.now ? `until ${dateTime(turn.until)}` : `from ${dateTime(turn.from)}`}</span>
          {may && <IconButton icon="x" small label={`End the duty of ${turn.person.name}`} onClick={() => { api.delete(`/duties/${turn.id}`).then(again, toastProblem); }} />}</li>
      ))}</ul>
      {adding && <Add board={board} onDone={() => { add(false); void again(); }} />}
    </section>
  );
}

function Add({ board, onDone }: { board: string; onDone: () => void }) {
  const [who, choose] = useState<{ id: string; name: string } | null>(null);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try { await api.post(`/boards/${board}/duties`, { person: who?.id, from: fromLocalInput(from), until: fromLocalInput(until) }); onDone(); } catch (error) { toastProblem(error); setBusy(false); }
  };
  return (
    <form className="stack" onSubmit={(event) => { void send(event); }}>
      <Field label="Who">{(ids) => <Picker id={ids.id} named label="Who" from="people" value={who?.id} onPick={(choice) => choose({ id: choice.id, name: choice.label })}>{who?.name ?? <span className="dim">Choose</span>}</Picker>}</Field>
      <div className="grid2">
        <Field label="From">{(ids) => <input {...ids} className="input" type="datetime-local" required value={from} onChange={(event) => setFrom(event.target.value)} />}</Field>
        <Field label="Until">{(ids) => <input {...ids} className="input" type="datetime-local" required min={from} value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>
      </div>
      <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!who}>Put on duty</Button><Button look="quiet" onClick={onDone}>Leave it</Button></div>
    </form>
  );
}
