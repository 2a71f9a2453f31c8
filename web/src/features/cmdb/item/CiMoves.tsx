// The moves of the life of an item: the likely ones as buttons, the rest in a menu, each with why it is not possible.
import { Menu, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../../api/client';
import type { CiMove, CiPage } from '../../../api/cmdb';
import { useActs } from '../../../app/useActs';
import { Button, IconButton } from '../../../ui/kit';
import { AskReason } from '../AskReason';
import { shift, writeCi } from './edits';

export function CiMoves({ item }: { item: CiPage }) {
  const [asking, ask] = useState<CiMove | null>(null);
  const [withdrawing, withdraw] = useState(false);
  const mayWithdraw = Boolean(item.may.merge) && item.presence === 'present';
  const [busy, setBusy] = useState('');
  const possible = item.moves.filter((move) => !move.blocked);
  const front = possible.filter((move) => move.tone !== 'danger').slice(0, 2);
  const shownBlocked = front.length === 0 ? item.moves.find((move) => move.blocked && move.tone !== 'danger') : undefined;
  const rest = item.moves.filter((move) => !front.includes(move) && move !== shownBlocked);
  const fire = async (move: CiMove, reason?: string) => {
    setBusy(move.event);
    if (await writeCi(item.number, () => api.post<CiPage>(`/cis/${item.number}/moves/${move.event}`, reason ? { reason } : {}, { version: item.version }))) ask(null);
    setBusy('');
  };
  const start = (move: CiMove) => { if (!move.blocked) { if (move.requires.length) ask(move); else void fire(move); } };
  useActs(possible.map((move, index) => ({ id: `move ${move.event}`, keys: index === 0 ? 'm' : '', label: `${move.label}: ${item.name}`, group: 'Item', run: () => start(move) })));
  return (
    <div className="row moves">
      {front.map((move) => <Button key={move.event} look={move.tone === 'primary' ? 'primary' : ''} busy={busy === move.event} title={`Makes it “${move.to_label}”`} onClick={() => start(move)}>{move.label}{move.requires.length ? '…' : ''}</Button>)}
      {shownBlocked && <Tooltip label={shownBlocked.blocked}><Button aria-disabled="true" onClick={() => undefined}>{shownBlocked.label}</Button></Tooltip>}
      {(rest.length > 0 || mayWithdraw) && <Menu width={270}>
        <Menu.Target><IconButton icon="dots" label="More moves" className="bordered" /></Menu.Target>
        <Menu.Dropdown>{rest.map((move) => (
          <Menu.Item key={move.event} aria-disabled={move.blocked ? true : undefined} closeMenuOnClick={!move.blocked} className={move.blocked ? 'blocked-move' : ''} color={move.tone === 'danger' && !move.blocked ? 'var(--red-text)' : undefined} onClick={() => start(move)}>
            {move.label}{move.requires.length && !move.blocked ? '…' : ''}{move.blocked ? <span className="why">{move.blocked}</span> : null}
          </Menu.Item>
        ))}{mayWithdraw && <>{rest.length > 0 && <Menu.Divider />}<Menu.Item onClick={() => withdraw(true)}>Withdraw: it should not be here…</Menu.Item></>}</Menu.Dropdown>
      </Menu>}
      {withdrawing && <AskReason title={`Withdraw ${item.name}`} verb="Withdraw" busy={busy !== ''} onClose={() => withdraw(false)} onSend={(reason) => { setBusy('withdraw'); void shift(item, 'withdraw', reason).then((done) => { setBusy(''); if (done) withdraw(false); }); }} />}
      {asking && <AskReason title={`${asking.label}: ${item.name}`} verb={asking.label} busy={busy !== ''} onClose={() => ask(null)} onSend={(reason) => { void fire(asking, reason); }} />}
    </div>
  );
}
