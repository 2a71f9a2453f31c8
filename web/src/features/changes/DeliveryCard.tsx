// What pipelines built and deployed under a change, what shows that it is sound, and what the gate says now.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { delivery, deploymentWord, evidenceWord, short, whyWord, type Deployment, type Evidence, type GateAnswer, type Run } from '../../api/delivery';
import type { Change } from '../../api/types';
import { environmentWord, pathOf } from '../../api/words';
import { Ago, Button, Copy, Notice, Person, ProblemNote, Tone } from '../../ui/kit';
import { dateTime } from '../../ui/time';

const tones = { started: 'progress', succeeded: 'done', failed: 'refused', rolled_back: 'refused' } as const;

export default function DeliveryCard({ change }: { change: Change }) {
  const { data } = useQuery(delivery(change.number));
  if (!data || (data.runs.length === 0 && data.deployments.length === 0)) return null;
  return (
    <section className="card pad stack loose" aria-label="Deployments">
      <h2>Deployments</h2>
      {data.deployments.length === 0 ? <p className="dim small">Nothing has gone in yet. The pipeline asks the gate, and gets a pass once the plan is approved and its window is open.</p> : <DeploymentList list={data.deployments} />}
      {data.runs.map((run) => <RunPart key={run.id} run={run} change={change} />)}
    </section>
  );
}

/** Deployments, the latest first; of several changes with the number of each. */
export function DeploymentList({ list, named }: { list: Deployment[]; named?: boolean }) {
  return (
    <ul className="list stack" aria-label="Deployments">{(named ? list : [...list].reverse()).map((one) => (
      <li key={one.id} className="stack">
        <div className="row wraps">
          <Tone tone={tones[one.state]}>{deploymentWord[one.state]}</Tone>
          <strong>{environmentWord[one.environment] ?? one.environment}</strong>
          <code className="mono dim" title={one.artifact}>{short(one.artifact)}</code>
          {named && <a className="num" href={pathOf(one.change)}>{one.change}</a>}
          {!one.authorised && <Tone tone="refused" icon="flag">Without leave</Tone>}
          <span className="grow" />
          {one.url && <a className="small" href={one.url} rel="noreferrer">Run</a>}
          <span className="small dim"><Ago at={one.started_at} /></span>
        </div>
        {!one.authorised && <p className="small wrap">The gate had not let it in: {whyWord[one.why ?? ''] ?? 'it had no leave'}.{one.claimed ? <> It said that it was for <a href={pathOf(one.claimed)}>{one.claimed}</a>.</> : null}</p>}
        <div className="row wraps small dim"><Person person={one.by} />{one.authorised && <span>let in for revision <span className="num">{one.revision}</span></span>}{one.finished_at && <span>ended {dateTime(one.finished_at)}</span>}</div>
        {one.note && <p className="small wrap">{one.note}</p>}
        <EvidenceList list={one.evidence} />
      </li>
    ))}</ul>
  );
}

function EvidenceList({ list }: { list: Evidence[] }) {
  if (list.length === 0) return null;
  return (
    <ul className="list" aria-label="Evidence">{list.map((one) => (
      <li key={`${one.kind} ${one.sha256} ${one.name ?? ''}`} className="row wraps small">
        <span className="dim">{evidenceWord[one.kind]}</span>{one.url ? <a href={one.url} rel="noreferrer">{one.name || 'Open'}</a> : <span>{one.name}</span>}
        {one.reviewer && <span className="dim">by {one.reviewer}, of {one.author}’s work</span>}<code className="mono dim" title={one.sha256}>{one.sha256.slice(0, 12)}</code>
      </li>
    ))}</ul>
  );
}

function RunPart({ run, change }: { run: Run; change: Change }) {
  const over = change.category === 'done' || change.category === 'cancelled';
  return (
    <section className="stack" aria-label={`Run ${run.run}`}>
      <div className="row wraps"><h3>{run.pipeline}</h3>{run.url ? <a href={run.url} rel="noreferrer">{run.run}</a> : <span>{run.run}</span>}<span className="dim small">for {(environmentWord[run.environment] ?? run.environment).toLowerCase()}</span></div>
      <ul className="list stack" aria-label="Artifacts">{run.artifacts.map((one) => <Artifact key={one.digest} name={one.name ?? ''} digest={one.digest} run={run} change={change} asks={!over} />)}</ul>
      {run.commits.length > 0 && <ul className="list" aria-label="Commits">{run.commits.slice(0, 8).map((one) => <li key={one.sha} className="row wraps small"><code className="mono dim">{one.sha.slice(0, 10)}</code><span className="grow wrap">{one.title}</span><span className="dim">{one.author}</span></li>)}{run.commits.length > 8 && <li className="small dim">and {run.commits.length - 8} more</li>}</ul>}
      {run.evidence.length > 0 ? <EvidenceList list={run.evidence} /> : <p className="small dim">The run has shown no evidence.</p>}
    </section>
  );
}

const decisions = { allow: { look: 'good', icon: 'check', text: 'It may go in now.' }, wait: { look: 'wait', icon: 'clock', text: 'It has to wait.' }, deny: { look: 'bad', icon: 'x', text: 'It may not go in.' } } as const;

function Artifact({ name, digest, run, change, asks }: { name: string; digest: string; run: Run; change: Change; asks: boolean }) {
  const [answer, set] = useState<GateAnswer | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const ask = async () => {
    setBusy(true);
    setError(null);
    try { set(await api.get<GateAnswer>(`/changes/${change.number}/gate`, { env: run.environment, artifact: digest })); } catch (caught) { setError(caught); }
    setBusy(false);
  };
  const said = answer ? decisions[answer.decision] : null;
  return (
    <li className="stack">
      <div className="row wraps"><strong>{name || 'Artifact'}</strong><code className="mono dim" title={digest}>{short(digest)}</code><Copy text={digest} label={`Copy the digest of ${name || 'the artifact'}`} /><span className="grow" />{asks && <Button className="no-print" busy={busy} onClick={() => { void ask(); }} aria-label={`Ask the gate about ${name || 'the artifact'}`}>Ask the gate</Button>}</div>
      {error ? <ProblemNote error={error} /> : null}
      {answer && said && <Notice look={said.look} icon={said.icon}><strong>{said.text}</strong><ul>{answer.reasons.map((one, i) => <li key={`${one.code} ${i}`} className={one.blocking ? undefined : 'dim'}>{one.text}</li>)}</ul></Notice>}
    </li>
  );
}
