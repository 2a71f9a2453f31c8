// The frame of every editor of rules: what is in force, what was changed here, the editor, what the change would have done, and
// setting the next version with a reason. Beside it the earlier versions, and the document as text.
import { useState, type FormEvent, type ReactNode } from 'react';
import { asProblem } from '../../../api/client';
import { client, rules } from '../../../api/queries';
import { setRules } from '../../../api/rules';
import { useMe } from '../../../app/session';
import { toast } from '../../../app/toasts';
import { Ago, Button, Field, Notice, ProblemNote, Segments } from '../../../ui/kit';
import { AsText } from './AsText';
import { DifferenceList } from './DifferenceList';
import { differences } from './differences';
import type { Editing } from './useEditing';
import { Versions } from './Versions';
import type { Names } from './words';

interface Props<D> { editing: Editing<D>; title: string; intro: ReactNode; has: string; names?: Names; children: ReactNode; rehearsal: ReactNode }
type View = 'edit' | 'versions' | 'text';

export function Workbench<D extends object>({ editing, title, intro, has, names, children, rehearsal }: Props<D>) {
  const may = Boolean(useMe().may['rulebook.manage']);
  const [view, look] = useState<View>('edit');
  const { doc, changed, behind } = editing;
  const last = (doc.versions ?? [])[0];
  const begin = (next: D, from: string) => { const before = editing.value; editing.set(next); look('edit'); toast(`You edit what ${from} said. Nobody sees it until you set it.`, { act: { label: 'Undo', run: () => editing.set(before) } }); };
  return (
    <section className="stack loose" aria-label={title}>
      <header className="row wraps rules-head">
        <div className="grow"><h2>{title} <span className="dim small num">version {doc.version}</span></h2>
          <p className="dim small">{last ? <>{last.set_by?.name}, <Ago at={last.at} />: {last.note}</> : 'What a desk starts with.'}</p></div>
        <Segments<View> label="Show" value={view} onChange={look} options={[{ value: 'edit', label: may ? 'Edit' : 'Read' }, { value: 'versions', label: `Versions (${doc.version})` }, { value: 'text', label: 'As text' }]} />
      </header>
      {view === 'versions' ? <Versions editing={editing} names={names} onStart={may ? begin : undefined} /> : view === 'text' ? <AsText editing={editing} has={has} onRead={may ? begin : undefined} /> : <>
        <p className="dim">{intro}</p>
        {behind > 0 && <Notice look="warn" icon="alert">You began on version {behind}; version {doc.version} is in force now. Below stands how yours differs from it: setting yours would take back what it brought.</Notice>}
        <div className="workbench">
          <div className="stack loose workbench-main">{children}</div>
          <aside className="stack loose workbench-side" aria-label="What it would do">
            {may && <Changes editing={editing} names={names} />}
            {rehearsal}
            {may && changed && <Publish editing={editing} />}
          </aside>
        </div>
      </>}
    </section>
  );
}

function Changes<D extends object>({ editing, names }: { editing: Editing<D>; names?: Names }) {
  const { changed, doc, value, faults, kept } = editing;
  return (
    <section className="card pad stack" aria-label="What you changed">
      <div className="row apart"><h3>What you changed</h3>{kept && <span className="dim small" role="status">{kept}</span>}</div>
      {!changed ? <p className="dim small">Nothing yet. What you change stays here, for you alone, until you set it as version {doc.version + 1}.</p> : <>
        <DifferenceList list={differences(editing.kind, doc.document, value, names)} />
        {faults.length > 0 && <Notice look="bad" icon="alert">{faults.length === 1 ? 'One thing has to be put right' : `${faults.length} things have to be put right`} before it can be set: {faults[0]!.message}.</Notice>}
        <div><Button look="quiet" icon="back" onClick={() => { const before = value; editing.reset(); toast('Back to what is in force.', { act: { label: 'Undo', run: () => editing.set(before) } }); }}>Leave it as it was</Button></div>
      </>}
    </section>
  );
}

/** Setting the next version: with what is new, and why. */
function Publish<D extends object>({ editing }: { editing: Editing<D> }) {
  const { kind, of, doc, value, faults } = editing;
  const [note, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const next = doc.version + 1;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      client.setQueryData(rules<D>(kind, of).queryKey, await setRules<D>(kind, of, { document: value, note, seen: doc.version }));
      editing.reset();
      toast(`Version ${next} counts from now on.`);
      for (const key of ['change-rules', 'change-models', 'policy-check', 'preview']) await client.invalidateQueries({ queryKey: [key] });
    } catch (caught) { setError(asProblem(caught)); setBusy(false); }
  };
  return (
    <form className="card pad stack" aria-label="Set it" onSubmit={(event) => { void submit(event); }}>
      <h3>Set it</h3>
      <Field label="What is new, and why" hint="Kept with the version, for whoever reads it in a year">{(ids) => <textarea {...ids} className="input" rows={2} required maxLength={500} value={note} onChange={(event) => type(event.target.value)} />}</Field>
      <ProblemNote error={error} />
      <div><Button type="submit" look="primary" busy={busy} disabled={faults.length > 0 || !note.trim()}>Set version {next}</Button></div>
    </form>
  );
}
