// The bar that rises when rows are selected: what can be done with this selection, and what came of it per ticket.
import { Menu } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { client } from '../../api/queries';
import { patchRecord, settle } from '../../api/cache';
import type { BulkResult, Kind, TicketRow } from '../../api/types';
import { toast, toastProblem } from '../../app/toasts';
import { useActs } from '../../app/useActs';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { inputsOf, MoveFields } from '../record/MoveFields';
import { bulkMoves, type BulkMove } from './bulk';

export default function BulkBar({ rows, onClear }: { rows: TicketRow[]; onClear: () => void }) {
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useState<BulkMove | null>(null);
  const [results, show] = useState<BulkResult[] | null>(null);
  const one = rows.every((row) => row.kind === rows[0]?.kind) ? rows[0]?.kind : undefined;
  const numbers = rows.map((row) => row.number);

  const send = async (body: Record<string, unknown>, done: string) => {
    setBusy(true);
    try {
      const answer = await api.post<{ results: BulkResult[] }>('/tickets/bulk', { numbers, ...body });
      const refused = answer.results.filter((result) => !result.ok);
      void client.invalidateQueries({ queryKey: ['tickets'] });
      numbers.forEach((number) => { void client.invalidateQueries({ queryKey: ['record', number] }); settle(number); });
      if (refused.length === 0) { toast(`${numbers.length === 1 ? numbers[0] : `${numbers.length} records`} ${done}.`); onClear(); }
      else show(answer.results);
    } catch (error) {
      toastProblem(error);
      void client.invalidateQueries({ queryKey: ['tickets'] });
    } finally { setBusy(false); ask(null); }
  };
  const assign = (who: 'me' | string, name: string) => {
    const before = rows.map((row) => patchRecord(row.number, who === 'me' ? {} : { assignee: { id: who, name } }));
    void send({ action: 'assign', assignee: who }, `assigned to ${name}`).catch(() => before.forEach((back) => back()));
  };
  useActs([
    { id: 'bulk clear', keys: 'Escape', label: 'Clear the selection', group: 'Selection', quiet: true, run: onClear },
    { id: 'bulk mine', keys: 'shift+a', label: 'Assign the selection to me', group: 'Selection', run: () => assign('me', 'you') },
  ]);

  return (
    <div className="bulk" role="region" aria-label="Selection">
      <strong className="num">{rows.length} selected</strong>
      <Picker label="Assign to" className="button" from="people" extra={[{ id: 'me', label: 'Me' }]} disabled={busy} onPick={(choice) => assign(choice.id, choice.id === 'me' ? 'you' : choice.label)}><Icon name="person" size={15} />Assign</Picker>
      <Picker label="Hand to team" className="button" from="teams" disabled={busy} onPick={(choice) => { void send({ action: 'assign', team: choice.id }, `handed to ${choice.label}`); }}><Icon name="team" size={15} />Team</Picker>
      {one ? (
        <Menu position="top">
          <Menu.Target><Button icon="arrow" busy={busy}>Move</Button></Menu.Target>
          <Menu.Dropdown>{bulkMoves[one].map((move) => <Menu.Item key={move.event} onClick={() => (move.requires.length ? ask(move) : void send({ action: 'move', event: move.event }, 'moved'))}>{move.label}{move.requires.length ? '…' : ''}</Menu.Item>)}</Menu.Dropdown>
        </Menu>
      ) : <span className="dim small only-desk">Moves need one kind of record</span>}
      <Button look="quiet" icon="x" onClick={onClear}>Clear</Button>
      {asking && <AskMove move={asking} kind={one!} count={rows.length} busy={busy} onClose={() => ask(null)} onSend={(fields) => { void send({ action: 'move', event: asking.event, fields }, 'moved'); }} />}
      {results && (
        <Dialog title="What came of it" open onClose={() => { show(null); onClear(); }} size={560}>
          <ul className="list stack tight">
            {results.map((result) => <li key={result.number} className="row top"><span className={result.ok ? 'dim' : 'red'}><Icon name={result.ok ? 'check' : 'x'} label={result.ok ? 'Done' : 'Refused'} /></span><span className="num strong">{result.number}</span><span className="wrap">{result.ok ? 'done' : result.problem?.detail ?? result.problem?.title ?? 'refused'}</span></li>)}
          </ul>
        </Dialog>
      )}
    </div>
  );
}

function AskMove({ move, kind, count, busy, onClose, onSend }: { move: BulkMove; kind: Kind; count: number; busy: boolean; onClose: () => void; onSend: (fields: Record<string, string>) => void }) {
  const [fields, set] = useState<Record<string, string>>({});
  const submit = (event: FormEvent) => { event.preventDefault(); onSend(fields); };
  return (
    <Dialog title={`${move.label}: ${count} ${kind}${count === 1 ? '' : 's'}`} open onClose={onClose}>
      <form className="stack" onSubmit={submit}><MoveFields requires={inputsOf(kind, move).names} optional={inputsOf(kind, move).optional} values={fields} onChange={set} problem={null} /><div className="row"><Button type="submit" look="primary" busy={busy}>{move.label}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div></form>
    </Dialog>
  );
}
