// The bar that rises when items are selected: amend, move or attest all of them; each answers for itself.
import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../../api/client';
import { attributesOf, cmdbModel, type Ci, type CiAttribute, type CiResult } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { may, useMe } from '../../../app/session';
import { toast, toastProblem } from '../../../app/toasts';
import { useActs } from '../../../app/useActs';
import { Dialog } from '../../../ui/Dialog';
import { Icon } from '../../../ui/Icon';
import { Button, Field } from '../../../ui/kit';
import { AskReason } from '../AskReason';
import { ValueInput } from '../ValueInput';

interface Move { event: string; label: string; from: string[]; reason?: boolean; right: string }
/** The moves that a selection may be offered; the server judges each item by itself. */
const moves: Move[] = [
  { event: 'go_live', label: 'Put into service', from: ['planned', 'in_stock'], right: 'ci.move' }, { event: 'receive', label: 'Take into stock', from: ['planned'], right: 'ci.move' },
  { event: 'maintain', label: 'Take out for maintenance', from: ['live'], reason: true, right: 'ci.move' }, { event: 'resume', label: 'Back into service', from: ['under_maintenance'], right: 'ci.move' },
  { event: 'restock', label: 'Back into stock', from: ['live', 'under_maintenance', 'retired'], right: 'ci.move' }, { event: 'retire', label: 'Retire', from: ['in_stock', 'live', 'under_maintenance'], reason: true, right: 'ci.retire' },
  { event: 'dispose', label: 'Dispose of', from: ['in_stock', 'retired'], reason: true, right: 'ci.retire' },
];
const whole = ['name', 'serial', 'asset_tag', 'description', 'url']; // what many items do not share

export default function CiBulkBar({ rows, onClear }: { rows: Ci[]; onClear: () => void }) {
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useState<Move | 'amend' | null>(null);
  const [results, show] = useState<CiResult[] | null>(null);
  const numbers = rows.map((row) => row.number);
  const names = new Map(rows.map((row) => [row.number, row.name]));

  const send = async (body: Record<string, unknown>, done: string) => {
    setBusy(true);
    try {
      const answer = await api.post<{ items: CiResult[] }>('/cis/bulk', { numbers, ...body });
      void client.invalidateQueries({ queryKey: ['cis'] });
  void client.invalidateQueries({ queryKey: ['ci-classes'] });
      numbers.forEach((number) => { void client.invalidateQueries({ queryKey: ['ci', number] }); });
      if (answer.items.every((one) => one.ok)) { toast(`${numbers.length === 1 ? names.get(numbers[0]!) : `${numbers.length} items`} ${done}.`); onClear(); }
      else show(answer.items);
    } catch (error) { toastProblem(error); }
    finally { setBusy(false); ask(null); }
  };
  useActs([{ id: 'bulk clear', keys: 'Escape', label: 'Clear the selection', group: 'Selection', quiet: true, run: onClear }]);
  const offered = moves.filter((move) => may(me, move.right) && rows.some((row) => move.from.includes(row.status)));

  return (
    <div className="bulk" role="region" aria-label="Selection">
      <strong className="num">{rows.length} selected</strong>
      {may(me, 'ci.amend') && <Button icon="edit" busy={busy} onClick={() => ask('amend')}>Amend</Button>}
      {offered.length > 0 && <Menu position="top">
        <Menu.Target><Button icon="arrow" busy={busy}>Move</Button></Menu.Target>
        <Menu.Dropdown>{offered.map((move) => <Menu.Item key={move.event} onClick={() => (move.reason ? ask(move) : void send({ action: 'move', event: move.event }, 'moved'))}>{move.label}{move.reason ? '…' : ''}</Menu.Item>)}</Menu.Dropdown>
      </Menu>}
      {may(me, 'ci.attest') && <Button icon="check" busy={busy} onClick={() => { void send({ action: 'attest' }, 'attested'); }}>Attest</Button>}
      <Button look="quiet" icon="x" onClick={onClear}>Clear</Button>
      {asking === 'amend' && <AskValue rows={rows} busy={busy} onClose={() => ask(null)} onSend={(values) => { void send({ action: 'amend', values }, 'changed'); }} />}
      {asking && asking !== 'amend' && <AskReason title={`${asking.label}: ${rows.length} item${rows.length === 1 ? '' : 's'}`} verb={asking.label} busy={busy} onClose={() => ask(null)} onSend={(reason) => { void send({ action: 'move', event: asking.event, reason }, 'moved'); }} />}
      {results && (
        <Dialog title="What came of it" open onClose={() => { show(null); onClear(); }} size={560}>
          <ul className="list stack tight">
            {results.map((result) => <li key={result.number} className="row top"><span className={result.ok ? 'dim' : 'red'}><Icon name={result.ok ? 'check' : 'x'} label={result.ok ? 'Done' : 'Refused'} /></span><span className="strong">{names.get(result.number)}</span><span className="wrap">{result.ok ? 'done' : result.error?.detail ?? result.error?.title ?? 'refused'}</span></li>)}
          </ul>
        </Dialog>
      )}
    </div>
  );
}

/** One attribute for all of them: those of the core, and those of the class when all items are of one. */
function AskValue({ rows, busy, onClose, onSend }: { rows: Ci[]; busy: boolean; onClose: () => void; onSend: (values: Record<string, string>) => void }) {
  const model = useQuery(cmdbModel).data;
  const one = rows.every((row) => row.class === rows[0]?.class) ? rows[0]?.class : undefined;
  const offered: CiAttribute[] = model ? [...model.core.filter((at) => !whole.includes(at.key)), ...(one ? attributesOf(model, one) : [])] : [];
  const [key, choose] = useState('');
  const [value, type] = useState('');
  const attribute = offered.find((at) => at.key === key);
  return (
    <Dialog title={`Amend ${rows.length} item${rows.length === 1 ? '' : 's'}`} open onClose={onClose} size={440}>
      <form className="stack" onSubmit={(event: FormEvent) => { event.preventDefault(); if (attribute) onSend({ [key]: value }); }}>
        <Field label="What" hint={one ? undefined : 'The items are of several classes: only what all of them have'}>{(ids) => <select {...ids} className="input" data-autofocus required value={key} onChange={(event) => { choose(event.target.value); type(''); }}><option value="" disabled>Choose</option>{offered.map((at) => <option key={at.key} value={at.key}>{at.label}</option>)}</select>}</Field>
        {attribute && <Field label={attribute.label} hint={attribute.hint ?? attribute.unit ?? 'Left empty, it is taken away'}>{(ids) => <ValueInput key={key} attribute={attribute} value={value} ids={ids} onChange={type} />}</Field>}
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!attribute}>Amend</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
