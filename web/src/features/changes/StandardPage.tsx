// Standard changes: the templates that can be used, and the one form that a standard change takes.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { client, templates } from '../../api/queries';
import type { Person as PersonRef, TemplateEdition } from '../../api/types';
import { pathOf } from '../../api/words';
import { useMe, useTitle } from '../../app/session';
import { Bones, Button, Empty, Field, Html, Notice, PageProblem, Person, ProblemNote } from '../../ui/kit';
import { Icon } from '../../ui/Icon';
import { Picker } from '../../ui/Picker';
import { dateOnly, fromLocalInput } from '../../ui/time';
import { Writer } from '../../ui/Writer';

export default function StandardPage() {
  useTitle('Standard changes');
  const me = useMe();
  const query = useQuery(templates);
  const [chosen, choose] = useState<string | null>(null);
  if (query.isPending) return <div className="page narrow"><Bones lines={6} /></div>;
  if (query.isError) return <PageProblem level={1} error={query.error} again={() => { void query.refetch(); }} />;
  const used = query.data.items.filter((one) => one.state === 'published' || one.state === 'suspended');
  const coming = query.data.items.filter((one) => !used.includes(one) && one.state !== 'retired');
  const open = used.find((one) => one.key === chosen);
  return (
    <div className="page narrow">
      <header><h1>Standard changes</h1>{me.may['template.draft'] && !open && <Link to="/standard-changes/new" className="button"><Icon name="plus" size={15} />New template</Link>}</header>
      <p className="dim">Routine that the board has approved once: one form, no meeting.</p>
      {open ? <StandardForm key={open.key} edition={open} onLeave={() => choose(null)} /> : used.length === 0
        ? <Empty icon="change" title="No templates yet">What has gone well several times can be proposed as a template. Once the board has approved it, a change from it takes one form.</Empty>
        : <ul className="list card results">{used.map((one) => <Row key={one.key} edition={one} onUse={() => choose(one.key)} />)}</ul>}
      {!open && coming.length > 0 && <section className="stack" aria-label="In preparation"><h2>In preparation</h2><ul className="list card results">{coming.map((one) => <Row key={`${one.key} ${one.edition}`} edition={one} />)}</ul></section>}
    </div>
  );
}

function Row({ edition, onUse }: { edition: TemplateEdition; onUse?: () => void }) {
  return (
    <li className="row wraps">
      <div className="grow">
        <strong><Link to="/standard-changes/$key" params={{ key: edition.key } as never}>{edition.template.title}</Link></strong> <span className="dim small">edition {edition.edition}, {edition.state_label.toLowerCase()}</span>
        <p className="dim small">{edition.state === 'published' || edition.state === 'suspended' ? edition.blocked ?? edition.template.summary : edition.template.summary}</p>
        {edition.ballot && edition.state === 'proposed' && <p className="dim small">{edition.ballot.label}: {(edition.ballot.votes ?? []).length} of {edition.ballot.needed} votes</p>}
      </div>
      {edition.expires_at && edition.usable && <span className="dim small">until {dateOnly(edition.expires_at)}</span>}
      {onUse && <Button look={edition.usable ? 'primary' : ''} disabled={!edition.usable} onClick={onUse} aria-label={`Use ${edition.template.title}`}>Use</Button>}
    </li>
  );
}

const words: Record<string, string> = { description: 'Description', service: 'Service', environment: 'Environment', justification: 'Why', implementation_plan: 'Implementation plan', test_plan: 'Test plan', communication_plan: 'Communication plan', verification_plan: 'Verification plan' };

function StandardForm({ edition, onLeave }: { edition: TemplateEdition; onLeave: () => void }) {
  const me = useMe();
  const navigate = useNavigate();
  const { template } = edition;
  const variable = template.variable ?? [];
  const [title, setTitle] = useState(template.title);
  const [start, setStart] = useState('');
  const [people, setPeople] = useState<PersonRef[]>([me]);
  const [team, setTeam] = useState<{ id: string; name: string } | null>(null);
  const [items, setItems] = useState<{ number: string; name: string }[]>([]);
  const [fields, setFields] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const raised = await api.post<{ number: string }>(`/change-templates/${edition.key}/changes`, { title: title.trim(), start: fromLocalInput(start), implementers: people.map((one) => one.id), team: team?.id, fields, ...(items.length > 0 ? { items: items.map((one) => one.number) } : {}) });
      void client.invalidateQueries({ queryKey: ['tickets'] });
      void client.invalidateQueries({ queryKey: ['queues'] });
      await navigate({ to: pathOf(raised.number) });
    } catch (caught) { setError(caught); setBusy(false); }
  };

  return (
    <form className="card pad stack loose" aria-label={template.title} onSubmit={(event) => { void submit(event); }}>
      <div className="row wraps"><h2 className="grow">{template.title}</h2><Button look="link" onClick={onLeave}>Choose another</Button></div>
      <Field label="Title" wrong={problem?.at('title')}>{(ids) => <input {...ids} className="input" required maxLength={250} value={title} onChange={(event) => setTitle(event.target.value)} />}</Field>
      <div className="grid2">
        <Field label="Starts" hint={`It takes up to ${template.minutes} minutes`} wrong={problem?.at('start') ?? problem?.at('planned_start')}>{(ids) => <input {...ids} className="input" type="datetime-local" required autoFocus value={start} onChange={(event) => setStart(event.target.value)} />}</Field>
        <Field label="Team" optional wrong={problem?.at('team')}>{(ids) => <Picker id={ids.id} named label="Team" from="teams" value={team?.id} onPick={(choice) => setTeam(choice.id ? { id: choice.id, name: choice.label } : null)}>{team?.name ?? <span className="dim">Choose</span>}</Picker>}</Field>
        <Field label="Implementer" wrong={problem?.at('implementers')}>{(ids) => <Picker id={ids.id} named label="Implementer" from="people" value={people[0]?.id} onPick={(choice) => setPeople([{ id: choice.id, name: choice.label }])}><Person person={people[0]} /></Picker>}</Field>
        {variable.includes('items') && <Field label="Item" wrong={problem?.at('items')}>{(ids) => <Picker id={ids.id} named label="Item" from="items" value={items[0]?.number} onPick={(choice) => setItems(choice.id ? [{ number: choice.id, name: choice.label }] : [])}>{items[0]?.name ?? <span className="dim">Choose</span>}</Picker>}</Field>}
      </div>
      {variable.filter((name) => words[name]).map((name) => <Field key={name} label={words[name]!} optional wrong={problem?.at(name)}>{(ids) => <Writer id={ids.id} label={words[name]!} rows={3} value={fields[name] ?? ''} onChange={(value) => setFields({ ...fields, [name]: value })} />}</Field>)}
      <details><summary>What the template says, and cannot be changed</summary><h3>Implementation plan</h3><Html html={edition.implementation_plan_html} /><h3>Back-out plan</h3><Html html={edition.backout_plan_html} /></details>
      {problem && <ProblemNote error={problem} />}
      {!edition.usable && <Notice look="warn" icon="alert">{edition.blocked}</Notice>}
      <div className="row"><Button type="submit" look="primary" big busy={busy}>Schedule it</Button></div>
    </form>
  );
}
