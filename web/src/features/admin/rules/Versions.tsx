// The versions of a document, the newest first: who set each, when and why, what it brought, and starting from it.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ruleVersion } from '../../../api/rules';
import { Ago, Bones, Button, ProblemNote } from '../../../ui/kit';
import { DifferenceList } from './DifferenceList';
import { differences } from './differences';
import type { Editing } from './useEditing';
import type { Names } from './words';

type Start<D> = (next: D, from: string) => void;
interface Line { version: number; note: string; who: string | undefined; at: string | null }

export function Versions<D extends object>({ editing, names, onStart }: { editing: Editing<D>; names?: Names; onStart?: Start<D> }) {
  const { doc } = editing;
  const lines: Line[] = [...(doc.versions ?? []).map((one) => ({ version: one.version, note: one.note, who: one.set_by?.name, at: one.at })), { version: 1, note: 'What a desk starts with.', who: undefined, at: null }];
  return (
    <ol className="list card results" aria-label="Versions">{lines.map((line) => <VersionLine key={line.version} line={line} editing={editing} names={names} onStart={onStart} />)}</ol>
  );
}

function VersionLine<D extends object>({ line, editing, names, onStart }: { line: Line; editing: Editing<D>; names?: Names; onStart?: Start<D> }) {
  const [open, show] = useState(false);
  const { kind, of, doc } = editing;
  const own = useQuery({ ...ruleVersion<D>(kind, of, line.version), enabled: open });
  const before = useQuery({ ...ruleVersion<D>(kind, of, line.version - 1), enabled: open && line.version > 1 });
  const present = line.version === doc.version;
  return (
    <li className="stack tight">
      <div className="row wraps">
        <div className="grow"><strong className="num">Version {line.version}</strong>{present && <span className="dim"> · in force</span>}<div className="small dim">{line.who ? <>{line.who}, <Ago at={line.at} />: </> : null}{line.note}</div></div>
        <Button look="quiet" icon={open ? 'down' : 'chevron'} aria-expanded={open} onClick={() => show(!open)}>{line.version > 1 ? 'What it brought' : 'Open'}</Button>
      </div>
      {open && (own.isError || before.isError ? <ProblemNote error={own.error ?? before.error} /> : !own.data || (line.version > 1 && !before.data) ? <Bones lines={2} /> : (
        <div className="stack version-more">
          {before.data ? <DifferenceList list={differences(kind, before.data.document, own.data.document, names)} /> : <p className="dim small">It came with the program and has nothing before it.</p>}
          {!present && <><p className="small dim">Against what is in force now:</p><DifferenceList list={differences(kind, doc.document, own.data.document, names)} /></>}
          {onStart && !present && <div><Button icon="edit" onClick={() => onStart(own.data.document, `version ${line.version}`)}>Start from this</Button></div>}
        </div>
      ))}
    </li>
  );
}
