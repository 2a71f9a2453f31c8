// The versions of the model, newest first: who made each, when and why, in what it differs from the one before; each can be exported.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { modelVersion, modelVersions, type ModelVersion } from '../../../api/sources';
import { toastProblem } from '../../../app/toasts';
import { Icon } from '../../../ui/Icon';
import { Bones, Button, ProblemNote } from '../../../ui/kit';
import { dateTime } from '../../../ui/time';

/** Hands a model over as a file. */
export function saveAs(model: unknown, version: number): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(model, null, 2) + '\n'], { type: 'application/json' }));
  link.download = `cmdb-model-${version}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function Versions({ inUse }: { inUse: number }) {
  const query = useQuery(modelVersions);
  if (query.isPending) return <Bones lines={4} />;
  if (query.isError) return <ProblemNote error={query.error} again={() => { void query.refetch(); }} />;
  return <section className="card" aria-label="Versions of the model"><ol className="list tasks">{query.data.items.map((one) => <Version key={one.version} one={one} inUse={one.version === inUse} />)}</ol></section>;
}

const few = 5;

function Version({ one, inUse }: { one: ModelVersion; inUse: boolean }) {
  const [all, showAll] = useState(false);
  const [busy, setBusy] = useState(false);
  const exported = async () => {
    setBusy(true);
    try { saveAs(await modelVersion(one.version), one.version); } catch (error) { toastProblem(error); }
    setBusy(false);
  };
  return (
    <li className="stack tight" aria-label={`Version ${one.version}`}>
      <div className="row wraps"><strong>Version <span className="num">{one.version}</span></strong>{inUse && <span className="tag">in use</span>}<span className="dim small grow">{one.made_at ? `${dateTime(one.made_at)}${one.made_by ? `, ${one.made_by.name}` : ''}` : 'Comes with the desk'}</span><Button icon="download" look="quiet" busy={busy} aria-label={`Export version ${one.version}`} onClick={() => { void exported(); }}>Export</Button></div>
      {one.note && <p>{one.note}</p>}
      {one.differences.length > 0 && <ul className="list stack tight small">{(all ? one.differences : one.differences.slice(0, few)).map((at) => <li key={`${at.what} ${at.where} ${at.text}`} className="row top"><Icon name={at.narrows ? 'alert' : 'check'} size={14} label={at.narrows ? 'Narrows' : 'Adds'} /><code className="mono">{at.where}</code><span className="wrap">{at.text}</span></li>)}</ul>}
      {one.differs > few && <div><Button look="link" aria-expanded={all} onClick={() => showAll(!all)}>{all ? `Show the first ${few}` : `Show all ${one.differences.length}${one.differs > one.differences.length ? ` of ${one.differs}` : ''}`}</Button></div>}
    </li>
  );
}
