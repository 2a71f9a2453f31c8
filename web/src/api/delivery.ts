// What builds and deploys by itself: pipelines, their runs, the gate, deployments, and the systems that are told of changes.
import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { Person, Team } from './types';

export type EvidenceKind = 'test_report' | 'scan' | 'pr_review' | 'sbom' | 'screenshot';
export interface Evidence { kind: EvidenceKind; name?: string; sha256: string; url?: string; author?: string; reviewer?: string; at?: string }
export interface Run { id: string; pipeline: string; pipeline_key: string; run: string; environment: string; url: string; commits: { sha: string; author?: string; title?: string }[]; artifacts: { name?: string; digest: string }[]; evidence: Evidence[]; created_at: string }
export type DeploymentState = 'started' | 'succeeded' | 'failed' | 'rolled_back';
export interface Deployment {
  id: string; change: string; environment: string; artifact: string; url: string; state: DeploymentState; authorised: boolean; why: string | null; claimed: string | null; revision: number;
  by: Person | null; started_at: string; finished_at: string | null; told_start: string | null; told_finish: string | null; evidence: Evidence[]; note: string;
}
export interface Delivery { runs: Run[]; deployments: Deployment[] }
export interface GateAnswer { decision: 'allow' | 'wait' | 'deny'; reasons: { code: string; text: string; blocking: boolean }[]; retry_after: number; mode: 'closed' | 'open' }
export interface PipelineToken { id: string; name: string; created_at: string; expires_at: string; last_used_at: string | null; secret?: string }
export interface Pipeline {
  key: string; version: number; name: string; purpose: string; account: Person; owner: Person | null; team: Team | null; items: string[]; modes: Record<string, string>; required: string[]; retired: boolean;
  deployments?: Deployment[]; tokens?: PipelineToken[]; may_manage: boolean;
}
export interface Webhook { id: string; version: number; name: string; url: string; events: string[]; state: 'active' | 'paused' | 'retired'; secret_at: string; secret?: string; dead: number; waiting: number }
export interface Webhooks { items: Webhook[]; events: string[] }
export interface WebhookDelivery { id: string; event: string; subject: string | null; state: 'waiting' | 'delivered' | 'dead'; attempts: number; status: number | null; trouble: string | null; body: string; created_at: string; tried_at: string | null }

/** Below the record's key, so that a live event about the change makes it stale; read again while something is going in. */
export const delivery = (number: string) => queryOptions({
  queryKey: ['record', number, 'delivery'], queryFn: ({ signal }) => api.get<Delivery>(`/changes/${number}/deployments`, {}, signal),
  refetchInterval: (query) => (query.state.data?.deployments.some((one) => one.state === 'started') ? 10_000 : false),
});
export const pipelines = queryOptions({ queryKey: ['pipelines'], queryFn: ({ signal }) => api.get<{ items: Pipeline[] }>('/pipelines', {}, signal) });
export const pipeline = (key: string) => queryOptions({ queryKey: ['pipelines', key], queryFn: ({ signal }) => api.get<Pipeline>(`/pipelines/${key}`, {}, signal), enabled: key !== '' });
export const webhooks = queryOptions({ queryKey: ['webhooks'], queryFn: ({ signal }) => api.get<Webhooks>('/webhooks', {}, signal) });
/** Read again while something is on its way. */
export const webhookDeliveries = (id: string) => queryOptions({
  queryKey: ['webhooks', id, 'deliveries'], queryFn: ({ signal }) => api.get<{ items: WebhookDelivery[] }>(`/webhooks/${id}/deliveries`, {}, signal),
  refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === 'waiting') ? 3000 : false),
});

export const evidenceWord: Record<EvidenceKind, string> = { test_report: 'Test report', scan: 'Scan', pr_review: 'Review', sbom: 'Parts (SBOM)', screenshot: 'Screenshot' };
export const deploymentWord: Record<DeploymentState, string> = { started: 'Going in', succeeded: 'In', failed: 'Failed', rolled_back: 'Rolled back' };
export const eventWord: Record<string, string> = {
  'change.authorized': 'Approved', 'change.rejected': 'Rejected', 'change.window_opened': 'Window opened', 'change.frozen': 'Held up by a freeze', 'change.unauthorised': 'Found without leave', ping: 'Try-out',
};
export const whyWord: Record<string, string> = {
  gate_pass_missing: 'it had no pass of the gate', gate_pass_forged: 'its pass was not one of the gate', gate_pass_expired: 'its pass was too old', gate_pass_early: 'its pass was from the future', gate_pass_spent: 'its pass was used already',
  gate_pass_other: 'its pass was for something else', gate_closed: 'the gate did not let it through',
};
/** A digest, short enough to read and long enough to tell apart. */
export const short = (digest: string): string => digest.slice(0, 19);
