// A template: what it says, its evidence, its ballot with the vote, and the steps of its life.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem, type Problem } from '../../api/client';
import { client, template as templateQuery } from '../../api/queries';
import type { TemplateDoc, TemplateEdition, TemplateRun, Tone as ToneName } from '../../api/types';
import { pathOf } from '../../api/words';
import { useMe, useTitle } from '../../app/session';
import { toast } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Avatar, Bones, Button, Field, Html, Notice, PageProblem, ProblemNote, Tone } from '../../ui/kit';
import { dateOnly, dateTime } from '../../ui/time';
import { TemplateForm } from './TemplateForm';
import { TemplateVote } from './TemplateVote';

const tones: Record<string, ToneName> = { draft: 'new', proposed: 'waiting', approved: 'progress', published: 'done', suspended: 'refused', retired: 'closed' };
const steps: Record<string, { label: string; path: string; reason?: boolean; look?: 'primary' | 'danger' }> = {
  propose: { label: 'Put it to the board', path: 'proposal', look: 'primary' }, withdraw: { label: 'Back to draft', path: 'withdrawal', reason: true }, publish: { label: 'Publish', path: 'moves/publish', look: 'primary' },
  suspend: { label: 'Suspend', path: 'moves/suspend', reason: true }, reinstate: { label: 'Let it go on', path: 'moves/reinstate', reason: true, look: 'primary' }, retire: { label: 'Retire', path: 'moves/retire', reason: true, look: 'danger' },
};
const decided: Record<string, string> = { approve: 'approved', reject: 'rejected', recuse: 'stepped aside' };

export default function TemplatePage() {
  const { key } = useParams({ strict: false }) as { key: string };
  const query = useQuery(templateQuery(key));
  useTitle(query.data?.editions?.[0]?.template.title ?? 'Template');
  if (query.isPending) return <div className="page narrow"><Bones lines={8} /></div>;
  if (query.isError) return <PageProblem level={1} error={query.error} again={() => { void query.refetch(); }} />;
  const editions = query.data.editions ?? [];
  return <Edition key={`${key} ${editions[0]!.edition}`} edition={editions[0]!} older={editions.slice(1)} runs={query.data.runs ?? []} />;
}

function Edition({ edition, older, runs }: { edition: TemplateEdition; older: TemplateEdition[]; runs: TemplateRun[] }) {
  const me = useMe();
  const [editing, edit] = useState(false);
  const [asking, ask] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [kept, keep] = useState(false);
  const { template, ballot } = edition;
  const base = `/change-templates/${edition.key}/editions/${edition.edition}`;
  const write = async (send: () => Promise<unknown>, said: string): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try { await send(); toast(said); await client.invalidateQueries({ queryKey: ['change-templates'] }); return true; } catch (error) { setProblem(asProblem(error)); return false; } finally { setBusy(false); }
  };
  const save = async (doc: TemplateDoc) => { if (await write(() => api.put(base, { version: edition.version, template: doc }), 'Draft saved.')) edit(false); };
  const used = older.find((one) => one.state === 'published' || one.state === 'suspended');
  const mayDraft = Boolean(me.may['template.draft']);
  const next = mayDraft && ['published', 'suspended', 'retired'].includes(edition.state);
  if (editing) return <div className="page narrow"><header><h1>{template.title}</h1></header><TemplateForm given={template} busy={busy} problem={problem} save="Save draft" onSave={(doc) => { void save(doc); }} onLeave={() => { setProblem(null); edit(false); }} /></div>;
  return (
    <div className="page narrow stack loose">
      <header>
        <div className="grow"><Link to="/standard-changes" className="small"><Icon name="back" size={13} /> Standard changes</Link><h1>{template.title}</h1><p className="dim small">Edition {edition.edition}{edition.author ? `, by ${edition.author.name}` : ''}{edition.expires_at ? `, until ${dateOnly(edition.expires_at)}` : ''}</p></div>
        <Tone tone={tones[edition.state] ?? 'new'}>{edition.state_label}</Tone>
      </header>
      {edition.reason && <Notice look={edition.state === 'suspended' ? 'warn' : ''} icon="note">{edition.reason}</Notice>}
      {used && <Notice icon="star">Edition {used.edition} is {used.state_label.toLowerCase()} and goes on until this one is published.</Notice>}
      {problem && !asking && <ProblemNote error={problem} />}
      {(mayDraft || (edition.steps ?? []).length > 0) && <div className="row wraps no-print">
        {edition.state === 'draft' && mayDraft && <Button icon="edit" onClick={() => edit(true)}>Edit</Button>}
        {next && <Button icon="edit" busy={busy} onClick={() => { void write(() => api.post(`/change-templates/${edition.key}/editions`), 'The next edition is a draft.'); }}>Begin the next edition</Button>}
        {(edition.steps ?? []).filter((step) => steps[step]).map((step) => <Button key={step} look={steps[step]!.look ?? ''} busy={busy && asking === step} onClick={() => (steps[step]!.reason || step === 'propose' ? ask(step) : void write(() => api.post(`${base}/${steps[step]!.path}`, {}), `${steps[step]!.label}: done.`))}>{steps[step]!.label}{steps[step]!.reason || step === 'propose' ? '…' : ''}</Button>)}
      </div>}
      {ballot && (
        <section className="card pad stack" aria-label="Ballot">
          <div className="row"><h2 className="grow">{ballot.label}</h2><span className="small dim num">{(ballot.votes ?? []).filter((vote) => vote.decision === 'approve').length} of {ballot.needed} approved</span></div>
          {(ballot.votes ?? []).map((vote) => <div key={vote.person.id} className="row small"><Avatar name={vote.person.name} /><span className="grow wrap"><strong>{vote.person.name}</strong> {decided[vote.decision]}{vote.by ? ` through ${vote.by.name}` : ''}{vote.comment ? `: “${vote.comment}”` : ''}</span><span className="dim">{dateTime(vote.at)}</span></div>)}
          {(ballot.waiting ?? []).length > 0 && <p className="small dim">May still decide: {ballot.waiting!.map((one) => one.name).join(', ')}</p>}
          {(ballot.can || kept) && <TemplateVote template={edition.key} edition={edition.edition} digest={edition.digest} label={ballot.label} onDeciding={keep} />}
          {!ballot.can && !kept && edition.state === 'proposed' && (ballot.why ?? []).length > 0 && <p className="small dim"><Icon name="lock" size={14} /> You cannot decide: {ballot.why!.join('; ')}.</p>}
        </section>
      )}
      <Says edition={edition} />
      <Runs title="Evidence" runs={edition.evidence ?? []} empty="It is shown when the template is put to the board." />
      <Runs title="Changes that came from it" runs={runs} empty="None has ended yet." />
      {asking && <Step step={asking} busy={busy} problem={problem} onClose={() => { setProblem(null); ask(''); }} onSend={(body) => { void write(() => api.post(`${base}/${steps[asking]!.path}`, body), `${steps[asking]!.label}: done.`).then((done) => { if (done) ask(''); }); }} />}
    </div>
  );
}

const fields: [keyof TemplateDoc, string][] = [['service', 'Service'], ['category', 'Category'], ['environment', 'Environment'], ['affected_services', 'Affected services'], ['items', 'Items'], ['justification', 'Why'], ['description', 'Description'], ['test_plan', 'Test plan'], ['verification_plan', 'Verification plan'], ['communication_plan', 'Communication plan'], ['classes', 'Allowed classes'], ['tags', 'Allowed tags']];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function Says({ edition }: { edition: TemplateEdition }) {
  const { template } = edition;
  const open = template.variable ?? [];
  return (
    <section className="card pad stack" aria-label="What it says">
      {template.summary && <p>{template.summary}</p>}
      <h2>Implementation plan{open.includes('implementation_plan') && <span className="dim small"> left open</span>}</h2><Html html={edition.implementation_plan_html} />
      <h2>Back-out plan</h2><Html html={edition.backout_plan_html} />
      <dl className="facts two">
        {fields.filter(([field]) => open.includes(field) || (Array.isArray(template[field]) ? (template[field] as string[]).length > 0 : template[field])).map(([field, label]) => <div key={field}><dt>{label}</dt><dd className="wrap">{Array.isArray(template[field]) ? (template[field] as string[]).join(', ') : String(template[field] ?? '')}{open.includes(field) ? <span className="dim"> left open</span> : null}</dd></div>)}
        <div><dt>Takes</dt><dd>{template.minutes} minutes at most</dd></div>
        <div><dt>Highest risk</dt><dd>{template.max_risk}</dd></div>
        <div><dt>Hours</dt><dd>{(template.hours ?? []).length === 0 ? 'at any time' : `${template.hours!.map((one) => `${(one.days ?? []).map((day) => days[day]).join(' ')} ${one.from}–${one.to}`).join('; ')} (${template.zone ?? 'UTC'})`}</dd></div>
        <div><dt>Suspends itself</dt><dd>after more than {template.failures ?? 0} failures in ten</dd></div>
      </dl>
      <p className="small dim">Digest <code className="mono">{edition.digest.slice(0, 16)}</code></p>
    </section>
  );
}

function Runs({ title, runs, empty }: { title: string; runs: TemplateRun[]; empty: string }) {
  return (
    <section className="stack tight" aria-label={title}>
      <h2>{title}</h2>
      {runs.length === 0 ? <p className="small dim">{empty}</p> : <ul className="list card results">{runs.map((run) => <li key={run.number} className="row"><Link to={pathOf(run.number)} className="mono small">{run.number}</Link><span className="grow">{run.outcome.replace(/_/g, ' ')}</span><span className="dim small">{dateOnly(run.ended)}</span></li>)}</ul>}
    </section>
  );
}

function Step({ step, busy, problem, onClose, onSend }: { step: string; busy: boolean; problem: Problem | null; onClose: () => void; onSend: (body: unknown) => void }) {
  const [text, type] = useState('');
  const propose = step === 'propose';
  const send = (event: FormEvent) => { event.preventDefault(); onSend(propose ? { evidence: text.split(/[\s,]+/).filter(Boolean) } : { reason: text }); };
  return (
    <Dialog title={steps[step]!.label} open onClose={onClose} size={480}>
      <form className="stack" onSubmit={send}>
        {propose ? <Field label="Evidence" hint="Numbers of three changes or more that went well; an edition after the first is shown by its own" wrong={problem?.at('evidence')}>{(ids) => <textarea {...ids} className="input mono" rows={3} autoFocus value={text} placeholder="CHG-000042 CHG-000043" onChange={(event) => type(event.target.value)} />}</Field>
          : <Field label="Reason" wrong={problem?.at('reason')}>{(ids) => <textarea {...ids} className="input" required autoFocus rows={3} value={text} onChange={(event) => type(event.target.value)} />}</Field>}
        {problem && !problem.at('evidence') && !problem.at('reason') && <ProblemNote error={problem} />}
        <div className="row"><Button type="submit" look={steps[step]!.look ?? 'primary'} busy={busy}>{steps[step]!.label}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
