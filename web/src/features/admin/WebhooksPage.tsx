// Which other systems are told what happens to changes, and what they were told.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { eventWord, webhookDeliveries, webhooks, type Webhook, type WebhookDelivery } from '../../api/delivery';
import { client } from '../../api/queries';
import { pathOf } from '../../api/words';
import { toast, toastProblem } from '../../app/toasts';
import { useMe } from '../../app/session';
import { Dialog, Sheet } from '../../ui/Dialog';
import { Ago, Bones, Button, Copy, Empty, Field, PageProblem, ProblemNote, Tone } from '../../ui/kit';
import { dateTime } from '../../ui/time';
import { Admin } from './Admin';
import { Sure } from './Sure';

const reload = () => client.invalidateQueries({ queryKey: ['webhooks'] });
const states = { active: { tone: 'done', word: 'Active' }, paused: { tone: 'waiting', word: 'Paused' }, retired: { tone: 'closed', word: 'Retired' } } as const;

export default function WebhooksPage() {
  const query = useQuery(webhooks);
  const me = useMe();
  const may = me.may['webhook.manage'] ?? false;
  const [made, make] = useState<Webhook | null>(null);
  const [open, show] = useState<Webhook | null>(null);
  const [writing, write] = useState<Webhook | 'new' | null>(null);
  const items = query.data?.items ?? [];
  const act = async (call: () => Promise<Webhook | void>, done?: string) => {
    try { const answer = await call(); if (answer?.secret) make(answer); if (done) toast(done); } catch (error) { toastProblem(error); }
    await reload();
  };
  return (
    <Admin title="Webhooks" act={may ? <Button look="primary" icon="plus" onClick={() => write('new')}>Set up a webhook</Button> : undefined}>
      <p className="dim" style={{ marginBottom: 12 }}>Other systems are told when a change is approved, rejected, held up, or found. Every message is signed; what nobody takes is tried eight times.</p>
      {made?.secret && <div className="secret" role="status" style={{ marginBottom: 12 }}><strong>Copy the secret of “{made.name}” now. It is not shown again.</strong><div className="row"><code className="mono grow wrap">{made.secret}</code><Copy text={made.secret} label="Copy the secret" /></div></div>}
      {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} /> : items.length === 0 ? (
        <Empty icon="bell" title="Nobody is told yet">A chat, a pipeline or a dashboard can be told what happens to changes, in place of asking again and again.</Empty>
      ) : (
        <ul className="list card results">{items.map((hook) => (
          <li key={hook.id} className="row top wraps">
            <div className="grow">
              <div className="row wraps"><strong className="wrap">{hook.name}</strong><Tone tone={states[hook.state].tone}>{states[hook.state].word}</Tone>{hook.dead > 0 && <Tone tone="refused" icon="alert">{`${hook.dead} not taken`}</Tone>}{hook.waiting > 0 && <Tone tone="waiting">{`${hook.waiting} on the way`}</Tone>}</div>
              <code className="mono small wrap dim">{hook.url}</code>
              <p className="small dim">{hook.events.map((event) => eventWord[event] ?? event).join(' · ')}</p>
            </div>
            <div className="row wraps">
              <Button onClick={() => show(hook)} aria-label={`Deliveries of ${hook.name}`}>Deliveries</Button>
              {may && hook.state === 'active' && <Button onClick={() => { void act(() => api.post(`/webhooks/${hook.id}/ping`), 'A message is on its way.'); }} aria-label={`Try it: ${hook.name}`}>Try it</Button>}
              {may && hook.state !== 'retired' && <Button icon="edit" onClick={() => write(hook)} aria-label={`Edit ${hook.name}`}>Edit</Button>}
            </div>
          </li>
        ))}</ul>
      )}
      {open && <Deliveries hook={open} may={may && open.state === 'active'} onClose={() => show(null)} />}
      {writing && query.data && <WebhookForm hook={writing === 'new' ? null : writing} events={query.data.events} onClose={() => write(null)} onMade={make} onAct={act} />}
    </Admin>
  );
}

const deliveryStates = { waiting: { tone: 'waiting', word: 'On the way' }, delivered: { tone: 'done', word: 'Taken' }, dead: { tone: 'refused', word: 'Not taken' } } as const;

function Deliveries({ hook, may, onClose }: { hook: Webhook; may: boolean; onClose: () => void }) {
  const query = useQuery(webhookDeliveries(hook.id));
  const again = async (one: WebhookDelivery) => { try { await api.post(`/webhooks/${hook.id}/deliveries/${one.id}/retry`); toast('It is tried again.'); } catch (error) { toastProblem(error); } await reload(); };
  const items = query.data?.items ?? [];
  return (
    <Sheet title={`Deliveries of ${hook.name}`} open onClose={onClose} size={640}>
      {query.isPending ? <Bones /> : query.isError ? <ProblemNote error={query.error} /> : items.length === 0 ? <Empty icon="bell" title="Nothing was sent yet">What was sent is kept here for 30 days.</Empty> : (
        <ul className="list stack">{items.map((one) => (
          <li key={one.id} className="stack">
            <div className="row wraps"><Tone tone={deliveryStates[one.state].tone}>{deliveryStates[one.state].word}</Tone><strong>{eventWord[one.event] ?? one.event}</strong>{one.subject && <a className="num" href={pathOf(one.subject)}>{one.subject}</a>}<span className="grow" /><span className="small dim"><Ago at={one.created_at} /></span>{may && one.state === 'dead' && <Button icon="undo" onClick={() => { void again(one); }} aria-label={`Try again: ${eventWord[one.event] ?? one.event}`}>Try again</Button>}</div>
            <div className="row wraps small dim">{one.attempts > 0 && <span>{one.attempts === 1 ? '1 try' : `${one.attempts} tries`}{one.tried_at ? `, the last ${dateTime(one.tried_at)}` : ''}</span>}{one.status && <span>status <span className="num">{one.status}</span></span>}{one.trouble && <span className="wrap">{one.trouble}</span>}</div>
            <details><summary className="small">What was sent</summary><pre className="note-text" tabIndex={0} role="group" aria-label="What was sent">{pretty(one.body)}</pre></details>
          </li>
        ))}</ul>
      )}
    </Sheet>
  );
}

function pretty(body: string): string {
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
}

function WebhookForm({ hook, events, onClose, onMade, onAct }: { hook: Webhook | null; events: string[]; onClose: () => void; onMade: (hook: Webhook) => void; onAct: (call: () => Promise<Webhook | void>, done?: string) => Promise<void> }) {
  const [typed, set] = useState({ name: hook?.name ?? '', url: hook?.url ?? '', events: hook?.events ?? ['change.authorized', 'change.rejected'] });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const saved = hook ? await api.patch<Webhook>(`/webhooks/${hook.id}`, typed, { version: hook.version }) : await api.post<Webhook>('/webhooks', typed);
      if (saved.secret) onMade(saved);
      await reload();
      onClose();
    } catch (caught) { setError(caught); setBusy(false); }
  };
  const move = (event: 'pause' | 'resume' | 'retire') => { onClose(); void onAct(() => api.post(`/webhooks/${hook!.id}/moves/${event}`)); };
  return (
    <Dialog title={hook ? 'Edit webhook' : 'Set up a webhook'} open onClose={onClose} size={620}>
      <form className="stack" onSubmit={(event) => { void save(event); }}>
        <Field label="Who is told?" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" required maxLength={100} data-autofocus value={typed.name} onChange={(event) => set({ ...typed, name: event.target.value })} />}</Field>
        <Field label="Address" hint={hook ? 'Another host gets a new secret' : 'https only, and nothing inside your network unless the server allows it'} wrong={problem?.at('url')}>{(ids) => <input {...ids} className="input mono" required type="url" maxLength={1000} value={typed.url} onChange={(event) => set({ ...typed, url: event.target.value })} />}</Field>
        <fieldset className="stack bare"><legend className="label">When a change is</legend><div className="row wraps">{events.map((event) => <label key={event} className="row small"><input type="checkbox" checked={typed.events.includes(event)} onChange={(on) => set({ ...typed, events: on.target.checked ? [...typed.events, event] : typed.events.filter((x) => x !== event) })} />{eventWord[event] ?? event}</label>)}</div>{problem?.at('events') && <span className="wrong">{problem.at('events')}</span>}</fieldset>
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row wraps"><Button type="submit" look="primary" busy={busy}>{hook ? 'Save webhook' : 'Set it up'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button>
          {hook && <><span className="grow" /><Button onClick={() => move(hook.state === 'active' ? 'pause' : 'resume')}>{hook.state === 'active' ? 'Pause' : 'Resume'}</Button><Button onClick={() => { onClose(); void onAct(() => api.post<Webhook>(`/webhooks/${hook.id}/secret`, {}, { version: hook.version })); }}>New secret</Button><Sure then="It is told nothing any more, for ever." onSure={() => move('retire')}>Retire</Sure></>}
        </div>
      </form>
    </Dialog>
  );
}
