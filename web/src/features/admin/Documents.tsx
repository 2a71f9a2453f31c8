// Models, questionnaire and rules of risk as documents: read as what they are, edited as text.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { changeModels, client, rules } from '../../api/queries';
import { useMe } from '../../app/session';
import { toast } from '../../app/toasts';
import { Sheet } from '../../ui/Dialog';
import { Ago, Bones, Button, Field, ProblemNote } from '../../ui/kit';

export function Documents() {
  const models = useQuery(changeModels).data?.items ?? [];
  const [open, show] = useState<{ kind: string; key: string; title: string } | null>(null);
  const line = (kind: string, key: string, title: string, hint: string) => (
    <li key={kind + key} className="row"><div className="grow"><strong>{title}</strong><div className="small dim">{hint}</div></div><Button look="quiet" onClick={() => show({ kind, key, title })}>Open</Button></li>
  );
  return (
    <section className="card side-card" aria-label="Models and risk" style={{ marginTop: 24 }}>
      <header><h2>Models and risk</h2></header>
      <ul className="list documents">
        {models.map((model) => line('model', model.key, `${model.label} change`, `${model.hint} Version ${model.version}.`))}
        {line('questionnaire', 'desk', 'Questionnaire', 'What is asked about the risk, and what each answer counts.')}
        {line('risk_rules', 'desk', 'Rules of risk', 'Floors: what makes a change at least medium or high.')}
      </ul>
      {open && <Sheet title={open.title} open onClose={() => show(null)} size={680}><Text kind={open.kind} of={open.key} /></Sheet>}
    </section>
  );
}

function Text({ kind, of }: { kind: string; of: string }) {
  const query = useQuery(rules<Record<string, unknown>>(kind, of));
  const may = Boolean(useMe().may['rulebook.manage']);
  const [typed, type] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (!query.data) return query.isError ? <ProblemNote error={query.error} /> : <Bones lines={8} />;
  const { document: body, version, versions } = query.data;
  const text = typed ?? JSON.stringify(body, null, 2);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.put(`/change-rules/${kind}/${of}`, { document: JSON.parse(text) as unknown, note, seen: version });
      for (const key of ['change-rules', 'change-models', 'preview']) await client.invalidateQueries({ queryKey: [key] });
      toast(`Version ${version + 1} counts from now on.`);
      type(null);
      setNote('');
    } catch (caught) { setError(caught instanceof SyntaxError ? new Error('This is not JSON: look at the commas and the brackets.') : asProblem(caught)); } finally { setBusy(false); }
  };
  return (
    <form className="stack" onSubmit={(event) => { void save(event); }}>
      <p className="dim small">Version {version}. A change keeps the version that it was submitted under.</p>
      <Field label="Document">{(ids) => <textarea {...ids} className="input mono code" rows={24} spellCheck={false} readOnly={!may} value={text} onChange={(event) => type(event.target.value)} />}</Field>
      {error ? <ProblemNote error={error} /> : null}
      {may && typed !== null && <><Field label="What is new, and why">{(ids) => <input {...ids} className="input" required maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />}</Field><div className="row"><Button type="submit" look="primary" busy={busy}>Set version {version + 1}</Button><Button look="quiet" onClick={() => type(null)}>Leave it as it was</Button></div></>}
      {(versions ?? []).length > 0 && <ul className="list small dim">{versions!.map((one) => <li key={one.version}>Version {one.version}, {one.set_by?.name}, <Ago at={one.at} />: {one.note}</li>)}</ul>}
    </form>
  );
}
