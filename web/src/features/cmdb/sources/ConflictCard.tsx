// A row that an import could not decide: which items could be meant, and which one it is.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../../api/client';
import { ciPath, classLabel, type CiModel } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import type { Conflict } from '../../../api/sources';
import { may, useMe } from '../../../app/session';
import { toast, toastProblem } from '../../../app/toasts';
import { Ago, Button } from '../../../ui/kit';
import { refreshDuplicates } from './MergeSheet';

export function ConflictCard({ row, model, onMerge }: { row: Conflict; model: CiModel | undefined; onMerge: (numbers: string[]) => void }) {
  const me = useMe();
  const [busy, setBusy] = useState('');
  const settle = async (number: string) => {
    setBusy(number || 'undo');
    try {
      await api.post(`/cmdb/runs/${row.run}/items/${row.seq}/settle`, number ? { item: number } : {});
      if (number) toast(`The next run of ${row.source} takes ${row.name || row.key} for ${number}.`, { act: { label: 'Undo', run: () => { void settle(''); } } });
    } catch (error) { toastProblem(error); }
    setBusy('');
    refreshDuplicates();
    void client.invalidateQueries({ queryKey: ['ci-run-items', row.run] });
  };
  return (
    <section className="card pad stack" aria-label={`Line ${row.line} of ${row.file}`}>
      <h2>Line <span className="num">{row.line}</span> of {row.file}: {row.name || row.key}</h2>
      <p className="small">{row.reason} <span className="dim">{row.source}, <Ago at={row.at} />{row.state === 'proposed' ? '; proposed, not applied' : ''}. The row: {[row.class ? classLabel(model, row.class) : '', row.key ? `key ${row.key}` : '', row.serial ? `serial ${row.serial}` : '', row.asset_tag ? `asset tag ${row.asset_tag}` : ''].filter(Boolean).join(', ')}.</span></p>
      {row.items.length > 0 && <ul className="list tasks">{row.items.map((one) => (
        <li key={one.number} className="row wraps"><Link to={ciPath(one.number)}>{one.name}</Link><span className="dim small grow">{classLabel(model, one.class)} · <span className="num">{one.number}</span>{one.serial ? ` · serial ${one.serial}` : ''}{one.asset_tag ? ` · asset tag ${one.asset_tag}` : ''}{one.sources.length > 0 ? ` · from ${one.sources.join(', ')}` : ''}</span>
          {may(me, 'cmdb.import') && <Button busy={busy === one.number} onClick={() => { void settle(one.number); }}>It is this one</Button>}</li>
      ))}</ul>}
      {row.lines.length > 0 && <p className="dim small">Also {row.lines.join(', ')} of the file: the source has to tell them apart.</p>}
      <div className="row wraps">{row.items.length > 1 && may(me, 'ci.merge') && <Button onClick={() => onMerge(row.items.map((one) => one.number))}>They are one…</Button>}<Link to={`/cmdb/runs/${row.run}`}>See the run</Link></div>
    </section>
  );
}
