// What builds and deploys by itself: as whom it acts, where its gate is open, and what it deployed.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { evidenceWord, pipeline as one, pipelines, type EvidenceKind, type Pipeline, type PipelineToken } from '../../api/delivery';
import { client } from '../../api/queries';
import type { Person as PersonRef } from '../../api/types';
import { environmentWord } from '../../api/words';
import { toast, toastProblem } from '../../app/toasts';
import { useMe } from '../../app/session';
import { DeploymentList } from '../changes/DeliveryCard';
import { Dialog, Sheet } from '../../ui/Dialog';
import { Ago, Bones, Button, Copy, Empty, Field, PageProblem, Person, ProblemNote, Tone } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateOnly } from '../../ui/time';
import { Admin } from './Admin';
import { Sure } from './Sure';

const reload = () => client.invalidateQueries({ queryKey: ['pipelines'] });
const openIn = (p: Pipeline) => Object.entries(p.modes).filter(([, mode]) => mode === 'open').map(([env]) => environmentWord[env] ?? env);

export default function PipelinesPage() {
  const query = useQuery(pipelines);
  const me = useMe();
  const [open, show] = useState('');
  const [writing, write] = useState<Pipeline | 'new' | null>(null);
  const items = query.data?.items ?? [];
  return (
    <Admin title="Pipelines" act={me.may['pipeline.manage'] ? <Button look="primary" icon="plus" onClick={() => write('new')}>Register a pipeline</Button> : undefined}>
      <p className="dim" style={{ marginBottom: 12 }}>A pipeline raises its own changes and asks the gate before it deploys. Its account can never decide on a change.</p>
      {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} /> : items.length === 0 ? (
        <Empty icon="change" title="No pipelines yet">Register what deploys to your services, give it a token, and let it ask the gate. What it deploys without leave becomes an unauthorised change.</Empty>
      ) : (
        <ul className="list card results">{items.map((p) => (
          <li key={p.key} className="row top wraps">
            <div className="grow">
              <div className="row wraps"><strong className="wrap">{p.name}</strong><code className="mono dim small">{p.key}</code>{p.retired && <Tone tone="closed">Retired</Tone>}{p.modes.production === 'open' && !p.retired && <Tone tone="refused" icon="flag">Open to production</Tone>}</div>
              {p.purpose && <p className="dim wrap small">{p.purpose}</p>}
              <div className="row wraps small dim"><Person person={p.owner} none="No owner" />{p.team && <span>{p.team.name}</span>}<span>gate open in: {openIn(p).join(', ') || 'nowhere'}</span></div>
            </div>
            <Button onClick={() => show(p.key)} aria-label={`Show ${p.name}`}>Show</Button>
            {p.may_manage && !p.retired && <Button icon="edit" onClick={() => write(p)} aria-label={`Edit ${p.name}`}>Edit</Button>}
          </li>
        ))}</ul>
      )}
      {open && <PipelineSheet key={open} name={open} onClose={() => show('')} />}
      {writing && <PipelineForm pipeline={writing === 'new' ? null : writing} onClose={() => write(null)} onMade={show} />}
    </Admin>
  );
}

function PipelineSheet({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery(one(name));
  const [made, make] = useState<PipelineToken | null>(null);
  const [label, setLabel] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const p = query.data;
  const issue = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try { make(await api.post<PipelineToken>(`/pipelines/${name}/tokens`, { name: label.trim() })); setLabel(''); await reload(); } catch (caught) { setError(caught); }
    setBusy(false);
  };
  const revoke = async (token: PipelineToken) => { try { await api.delete(`/pipelines/${name}/tokens/${token.id}`); toast(`The token “${token.name}” is at its end.`); } catch (caught) { toastProblem(caught); } await reload(); };
  const retire = async () => { try { await api.post(`/pipelines/${name}/retirement`, {}, { version: p?.version }); toast('The pipeline is retired, and its tokens with it.'); onClose(); } catch (caught) { toastProblem(caught); } await reload(); };
  return (
    <Sheet title={p?.name ?? 'Pipeline'} open onClose={onClose} size={640}>
      {query.isPending ? <Bones /> : !p ? <ProblemNote error={query.error} /> : (
        <div className="stack loose">
          {p.purpose && <p className="wrap">{p.purpose}</p>}
          <dl className="schedule">
            <div><dt>Acts as</dt><dd className="mono">{p.account.login}</dd></div>
            <div><dt>Answers for it</dt><dd><Person person={p.owner} /></dd></div>
            <div className="wide"><dt>Gate</dt><dd>{Object.entries(p.modes).map(([env, mode]) => `${environmentWord[env] ?? env}: ${mode}`).join(' · ')}</dd></div>
            <div className="wide"><dt>Deploys to</dt><dd>{p.items.length > 0 ? p.items.join(', ') : <span className="dim">what its runs name</span>}</dd></div>
            {p.required.length > 0 && <div className="wide"><dt>Must show</dt><dd>{p.required.map((kind) => evidenceWord[kind as EvidenceKind]).join(', ')}</dd></div>}
          </dl>
          {p.may_manage && !p.retired && (
            <section className="stack" aria-label="Tokens">
              <h3>Tokens</h3>
              {made?.secret && <div className="secret" role="status"><strong>Copy the token “{made.name}” now. It is not shown again.</strong><div className="row"><code className="mono grow wrap">{made.secret}</code><Copy text={made.secret} label="Copy the token" /></div></div>}
              {(p.tokens ?? []).length === 0 ? <p className="dim small">None is in force.</p> : <ul className="list">{p.tokens!.map((token) => <li key={token.id} className="row wraps small"><strong className="grow wrap">{token.name}</strong><span className="dim">until {dateOnly(token.expires_at)}</span>{token.last_used_at ? <span className="dim">used <Ago at={token.last_used_at} /></span> : <span className="dim">never used</span>}<Button look="quiet" onClick={() => { void revoke(token); }} aria-label={`End it: ${token.name}`}>End it</Button></li>)}</ul>}
              <form className="stack" aria-label="New token" onSubmit={(event) => { void issue(event); }}>
                <Field label="Where is it used?" hint="It lives for 90 days" wrong={error ? asProblem(error).at('name') : undefined}>{(ids) => <input {...ids} className="input" required maxLength={100} value={label} onChange={(event) => setLabel(event.target.value)} />}</Field>
                {error && !asProblem(error).at('name') ? <ProblemNote error={error} /> : null}
                <div className="row wraps"><Button type="submit" busy={busy}>Make a token</Button><span className="grow" /><Sure then="Its tokens end at once, for ever." onSure={() => { void retire(); }}>Retire the pipeline</Sure></div>
              </form>
            </section>
          )}
          <section className="stack" aria-label="Latest deployments"><h3>Latest deployments</h3>{(p.deployments ?? []).length === 0 ? <p className="dim small">None yet.</p> : <DeploymentList list={p.deployments!} named />}</section>
        </div>
      )}
    </Sheet>
  );
}

const kinds = Object.keys(evidenceWord) as EvidenceKind[];

function PipelineForm({ pipeline, onClose, onMade }: { pipeline: Pipeline | null; onClose: () => void; onMade: (key: string) => void }) {
  const [typed, set] = useState({ key: pipeline?.key ?? '', name: pipeline?.name ?? '', purpose: pipeline?.purpose ?? '', items: (pipeline?.items ?? []).join(', '), required: pipeline?.required ?? [], modes: pipeline?.modes ?? { production: 'closed', test: 'open', development: 'open', recovery: 'closed' } as Record<string, string> });
  const [owner, setOwner] = useState<PersonRef | null>(pipeline?.owner ?? null);
  const [team, setTeam] = useState(pipeline?.team ?? null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const body = { name: typed.name, purpose: typed.purpose, owner: owner?.id ?? '', team: team?.id ?? '', items: typed.items.split(/[\s,]+/).filter(Boolean), modes: typed.modes, required: typed.required };
    try {
      if (pipeline) await api.patch(`/pipelines/${pipeline.key}`, { ...body, owner: owner?.id ?? null, team: team?.id ?? null }, { version: pipeline.version });
      else await api.post('/pipelines', { ...body, key: typed.key });
      await reload();
      onClose();
      if (!pipeline) onMade(typed.key);
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <Dialog title={pipeline ? 'Edit pipeline' : 'Register a pipeline'} open onClose={onClose} size={620}>
      <form className="stack" onSubmit={(event) => { void save(event); }}>
        <div className="grid2">
          <Field label="Name" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" required maxLength={100} data-autofocus value={typed.name} onChange={(event) => set({ ...typed, name: event.target.value })} />}</Field>
          <Field label="Key" hint="Small letters, digits, hyphens; for ever" wrong={problem?.at('key')}>{(ids) => <input {...ids} className="input mono" required disabled={pipeline !== null} maxLength={40} value={typed.key} onChange={(event) => set({ ...typed, key: event.target.value })} />}</Field>
        </div>
        <Field label="What is it for?" optional wrong={problem?.at('purpose')}>{(ids) => <textarea {...ids} className="input" rows={2} maxLength={2000} value={typed.purpose} onChange={(event) => set({ ...typed, purpose: event.target.value })} />}</Field>
        <div className="grid2">
          <Field label="Who answers for it?" optional wrong={problem?.at('assignee')}>{(ids) => <Picker id={ids.id} describedBy={ids['aria-describedby']} named label="Who answers for it?" from="people" onPick={(choice) => setOwner({ id: choice.id, name: choice.label })}>{owner?.name ?? 'Choose'}</Picker>}</Field>
          <Field label="Whose changes are these?" optional>{(ids) => <Picker id={ids.id} named label="Whose changes are these?" from="teams" onPick={(choice) => setTeam({ id: choice.id, name: choice.label })}>{team?.name ?? 'Choose a team'}</Picker>}</Field>
        </div>
        <Field label="Items that it deploys to" optional hint="Numbers like CI-000123, unless a run names others" wrong={problem?.at('items')}>{(ids) => <input {...ids} className="input mono" value={typed.items} onChange={(event) => set({ ...typed, items: event.target.value })} />}</Field>
        <fieldset className="stack bare"><legend className="label">What comes without a pass of the gate is</legend>
          <div className="grid2">{Object.keys(typed.modes).map((env) => <Field key={env} label={`${environmentWord[env] ?? env}`}>{(ids) => <select {...ids} className="input" value={typed.modes[env]} onChange={(event) => set({ ...typed, modes: { ...typed.modes, [env]: event.target.value } })}><option value="closed">refused</option><option value="open">let in, and registered</option></select>}</Field>)}</div>
        </fieldset>
        <fieldset className="stack bare"><legend className="label">Where the gate is closed it must show</legend><div className="row wraps">{kinds.map((kind) => <label key={kind} className="row small"><input type="checkbox" checked={typed.required.includes(kind)} onChange={(event) => set({ ...typed, required: event.target.checked ? [...typed.required, kind] : typed.required.filter((x) => x !== kind) })} />{evidenceWord[kind]}</label>)}</div></fieldset>
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy}>{pipeline ? 'Save pipeline' : 'Register it'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
