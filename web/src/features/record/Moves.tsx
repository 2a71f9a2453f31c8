// The moves of a record: the likely ones as buttons, the rest in a menu, impossible ones with their reason.
import { Menu, Tooltip } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, asProblem, isStale, type Problem } from '../../api/client';
import { client } from '../../api/queries';
import { inTurn, refresh, refreshParts, settle } from '../../api/cache';
import type { Move, Ticket } from '../../api/types';
import { toastProblem } from '../../app/toasts';
import { useSignature } from '../../app/signature';
import { useActs } from '../../app/useActs';
import { Dialog } from '../../ui/Dialog';
import { Button, IconButton, ProblemNote } from '../../ui/kit';
import { address } from './edits';
import { inputsOf, MoveFields } from './MoveFields';

export function Moves({ record, extra }: { record: Ticket; extra?: { label: string; run: () => void }[] }) {
  const [asking, ask] = useState<Move | null>(null);
  const [values, setValues] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const { sign, dialog } = useSignature();
  const moves = record.moves ?? [];
  const possible = moves.filter((move) => !move.blocked);
  const front = [...possible.filter((move) => move.tone !== 'danger')].slice(0, 2);
  const main = front.find((move) => move.tone === 'primary');
  // Where nothing can be done, the first blocked move says why: a dead end must explain itself.
  const shownBlocked = front.length === 0 ? moves.find((move) => move.blocked && move.tone !== 'danger') : undefined;
  const rest = moves.filter((move) => !front.includes(move) && move !== shownBlocked);

  const fire = async (move: Move, body: Record<string, string>) => {
    setBusy(move.event);
    setProblem(null);
    try {
      const answer = await sign(() => inTurn(record, (version) => api.post<Ticket>(`${address(record)}/moves/${move.event}`, body, { version })), move.event === 'break_glass');
      client.setQueryData(['record', record.number], answer);
      settle(record.number, answer);
      refreshParts(record.number);
      ask(null);
      setValues({});
    } catch (error) {
      if (isStale(error)) refresh(record.number);
      if (asking) setProblem(asProblem(error));
      else toastProblem(error);
    } finally { setBusy(''); }
  };
  const start = (move: Move) => {
    if (move.blocked) return;
    if (inputsOf(record.kind, move).names.length) { setProblem(null); ask(move); } else void fire(move, {});
  };
  const submit = (event: FormEvent) => { event.preventDefault(); if (asking) void fire(asking, values); };
  useActs(possible.map((move, index) => ({ id: `move ${move.event}`, keys: index === 0 ? 'm' : '', label: `${move.label} ${record.number}`, group: 'Record', run: () => start(move) })));

  return (
    <div className="row moves">
      {front.map((move) => <Button key={move.event} look={move === main ? 'primary' : ''} busy={busy === move.event} onClick={() => start(move)} title={`Makes it “${move.to_label}”`}>{move.label}</Button>)}
      {shownBlocked && <Tooltip label={shownBlocked.blocked}><Button aria-disabled="true" onClick={() => undefined}>{shownBlocked.label}</Button></Tooltip>}
      {(rest.length > 0 || Boolean(extra?.length)) && (
        <Menu width={290}>
          <Menu.Target><IconButton icon="dots" label="More moves" className="bordered" /></Menu.Target>
          <Menu.Dropdown>
            {rest.map((move) => (
              <Menu.Item key={move.event} aria-disabled={move.blocked ? true : undefined} closeMenuOnClick={!move.blocked} className={move.blocked ? 'blocked-move' : ''} color={move.tone === 'danger' && !move.blocked ? 'var(--red-text)' : undefined} onClick={() => start(move)}>
                {move.label}{inputsOf(record.kind, move).names.length && !move.blocked ? '…' : ''}{move.blocked ? <span className="why">{move.blocked}</span> : null}
              </Menu.Item>
            ))}
            {rest.length > 0 && extra?.length ? <Menu.Divider /> : null}
            {extra?.map((item) => <Menu.Item key={item.label} onClick={item.run}>{item.label}</Menu.Item>)}
          </Menu.Dropdown>
        </Menu>
      )}
      {asking && (
        <Dialog title={`${asking.label} ${record.number}`} open onClose={() => ask(null)}>
          <form className="stack" onSubmit={submit}>
            <MoveFields event={asking.event} requires={inputsOf(record.kind, asking).names} optional={inputsOf(record.kind, asking).optional} values={values} onChange={setValues} problem={problem} />
            {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
            <div className="row"><Button type="submit" look={asking.tone === 'danger' ? 'danger' : 'primary'} busy={busy !== ''}>{asking.label}</Button><Button look="quiet" onClick={() => ask(null)}>Leave it</Button></div>
          </form>
        </Dialog>
      )}
      {dialog}
    </div>
  );
}
