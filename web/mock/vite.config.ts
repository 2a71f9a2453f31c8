// Development only: `npx vite -c mock/vite.config.ts` answers the API from data.mjs. Never part of the build.
import { defineConfig, mergeConfig, type Plugin } from 'vite';
import base from '../vite.config';
// @ts-expect-error plain data
import * as data from './data.mjs';

const drafts = new Map<string, unknown>();
type Body = Record<string, unknown>;
const page = (items: unknown[], more = {}) => ({ items, next: null, ...more });

function answer(method: string, path: string, query: URLSearchParams, body: Body): [number, unknown] {
  const [head = '', id = '', sub = ''] = path.split('/');
  if (head === 'about') return [200, { name: 'Cabinet', version: '0.1.0', demo: true, setup_needed: false, demo_logins: [{ login: 'grace', password: 'x', name: 'Grace Kim', roles: ['Agent', 'CAB member'], does: 'Works the network queue all day and votes in the change advisory board.' }, { login: 'ines', password: 'x', name: 'Ines Costa', roles: ['Change manager'], does: 'Plans changes and leads them through authorisation.' }, { login: 'otto', password: 'x', name: 'Otto Berg', roles: ['Auditor'], does: 'Reads everything, exports evidence and verifies the log.' }] }];
  if (head === 'session') return body.password === 'wrong' ? [401, { title: 'Not signed in', detail: 'Login or password is wrong.', code: 'bad_credentials', status: 401 }] : [200, data.me];
  if (head === 'me') return id === 'sessions' ? [200, page([{ id: '1', current: true, created_at: new Date().toISOString(), last_seen_at: new Date().toISOString(), address: '10.0.0.7', user_agent: 'Mozilla/5.0 (X11; Linux) Chrome/156' }])] : id === 'tokens' ? [200, page([])] : [200, data.me];
  if (head === 'queues') return [200, page([['mine', 'My work', 12], ['teams', 'My teams', 48], ['unassigned', 'Unassigned', 7], ['pending', 'Waiting', 19], ['open', 'Open', 200, true], ['recent', 'Recent', 0], ['all', 'All', 0]].map(([key, label, count, capped]) => ({ key, label, count, capped: Boolean(capped) })))];
  if (head === 'views') return [200, page([{ id: 'v1', name: 'P1 and P2, network', kind: '', query: 'queue=open&priority=1,2&team=network', shared: true, mine: false }])];
  if (head === 'drafts') { if (method === 'PUT') { drafts.set(path, body.body); return [200, { saved_at: new Date().toISOString() }]; } if (method === 'DELETE') { drafts.delete(path); return [204, null]; } return drafts.has(path) ? [200, { body: drafts.get(path), saved_at: new Date().toISOString() }] : [204, null]; }
  if (head === 'search') { const q = (query.get('q') ?? '').toLowerCase(); return [200, page(data.rows.filter((row: { title: string }) => row.title.toLowerCase().includes(q)).slice(0, 8).map((row: { title: string }) => ({ ...row, highlights: [{ field: 'title', html: row.title.replace(new RegExp(q, 'i'), '<mark>$&</mark>') }, { field: 'comment', html: `The carrier says that the <mark>${q}</mark> is back.` }] })))]; }
  if (head === 'tickets' && !id) {
    const kind = query.get('kind');
    const prio = query.get('priority')?.split(',');
    const found = query.get('q') === 'zzz' ? [] : data.rows.filter((row: Body) => (!kind || row.kind === kind) && (!prio || prio.includes(String(row.priority))));
    const from = Number(query.get('after') || 0);
    return [200, page(found.slice(from, from + 50), { next: from + 50 < found.length ? String(from + 50) : null })];
  }
  if (head === 'tickets' && id === 'bulk') return [200, { results: (body.numbers as string[]).map((number, i) => ({ number, ok: i !== 1, problem: i === 1 ? { detail: 'It is closed; reopen it first.' } : undefined })) }];
  if (head === 'tickets' && sub === 'timeline') return [200, page(data.timeline)];
  if (['incidents', 'requests', 'problems', 'changes', 'tickets'].includes(head)) {
    const row = data.rows.find((one: Body) => one.number === id) ?? data.rows[0];
    if (sub === 'decisions') return [200, { change: data.full(row), receipt: data.theReceipt }];
    return id === 'INC-999999' ? [404, { title: 'Not found', detail: 'There is no such record, or you may not see it.', status: 404 }] : [200, { ...data.full(row), ...(method === 'PATCH' ? body : {}), version: 4 }];
  }
  if (head === 'approvals') return [200, page(query.get('state') === 'waiting' ? data.approvalRows : [])];
  if (head === 'boards') return [200, page([{ key: 'cab', name: 'Change advisory board', rule: 'quorum', needed: 2, members: data.people.slice(0, 4) }])];
  if (head === 'teams') return [200, page(data.teams)];
  if (head === 'sites') return [200, page([{ key: 'porto', name: 'Porto' }, { key: 'lisbon', name: 'Lisbon' }])];
  if (head === 'people') return id ? [200, { ...data.people.find((one: Body) => one.id === id), grants: [{ id: 'g1', role: 'agent', label: 'Agent', scope: 'team:network', valid_from: null, valid_until: '2027-01-31T00:00:00Z', reason: 'Network desk' }], sessions: [] }] : [200, page(data.people)];
  if (head === 'suggest') { const q = (query.get('q') ?? '').toLowerCase(); return [200, page(id === 'people' ? data.people.filter((one: { name: string }) => one.name.toLowerCase().includes(q)) : id === 'tickets' ? data.rows.slice(0, 6) : ['Network', 'Mail', 'ERP', 'Printing'])]; }
  if (head === 'audit' && id === 'checkpoint') return [200, { size: 48230, root: data.theReceipt.root, note: data.theReceipt.checkpoint, origin: 'cabinet.example.org/log', created_at: new Date().toISOString(), sealed_lag_seconds: 0, public_key: 'cabinet.example.org/log+a5f9c2d1+AVRz' }];
  if (head === 'audit' && id === 'verify') return method === 'POST' ? [202, { id: 'x' }] : [200, { id: 'x', state: 'passed', done: 48230, total: 48230, started_at: '', finished_at: new Date().toISOString(), steps: [{ name: 'Every leaf hashes to its place', ok: true, detail: '48230 leaves' }, { name: 'The tree leads to the signed root', ok: true, detail: 'b7Qk2mWc…' }] }];
  if (head === 'audit' && id === 'events' && sub) return [200, { id: sub, at: new Date().toISOString(), type: 'change.approved', record: 'CHG-001032', version: 4, actor: data.people[1], via: 'web', state_from: null, state_to: null, leaf: 48213, changes: [], leaf_text: '{"id":"ev1"}', leaf_hash: '00'.repeat(32), proof: { index: 48213, size: 48230, hashes: [] }, checkpoint: data.theReceipt.checkpoint }];
  if (head === 'audit') return [200, page(data.timeline.map((one: Body, i: number) => ({ id: `ev${i}`, at: one.at, type: one.type, record: 'INC-001042', version: i + 1, actor: i === 1 ? null : one.actor, via: 'web', state_from: i === 4 ? 'in_progress' : null, state_to: i === 4 ? 'pending' : null, leaf: 48001 + i, changes: one.changes })))];
  if (head === 'roles') return [200, { version: 7, roles: [{ name: 'requester', label: 'Requester', does: 'Opens and follows their own records.' }, { name: 'agent', label: 'Agent', does: 'Works the queues of their teams.' }, { name: 'auditor', label: 'Auditor', does: 'Reads, exports and verifies.' }], actions: [{ action: 'incident.create', label: 'Create', class: 'incident' }, { action: 'incident.resolve', label: 'Resolve', class: 'incident' }, { action: 'change.approve', label: 'Approve', class: 'change' }], table: [{ role: 'agent', class: 'incident', action: 'incident.create', effect: 'allow', scope: 'all' }, { role: 'agent', class: 'incident', action: 'incident.resolve', effect: 'allow', scope: 'team' }, { role: 'auditor', class: 'incident', action: 'incident.resolve', effect: 'deny', scope: 'all' }] }];
  if (head === 'explain') return [200, { allowed: false, sentence: 'Ines Costa may not approve CHG-001032: she implements it.', policy_version: 7, steps: [{ ok: true, text: 'She is a member of the change advisory board.', rule: 'p, cab, board, change, approve, allow' }, { ok: false, text: 'Whoever implements a change does not approve it.' }] }];
  if (head === 'jobs') return [200, page([{ id: 'j1', kind: 'mail.send', attempt: 12, error: '550 mailbox unavailable', failed_at: new Date().toISOString(), record: 'INC-001040' }])];
  if (head === 'exports') return [201, { id: 'e1', state: 'done', rows: 180, total: 180, created_at: '', file: { name: 'x.xlsx', size: 1, media_type: '' } }];
  if (head === 'delegations') return [200, page([])];
  return [404, { title: 'Not mocked', detail: path, status: 404 }];
}

const mock: Plugin = {
  name: 'cabinet-mock',
  configureServer(server) {
    server.middlewares.use('/api/v1', (request, response) => {
      const address = new URL(request.url ?? '/', 'http://x');
      const path = decodeURIComponent(address.pathname.slice(1));
      if (path === 'events') { response.writeHead(200, { 'Content-Type': 'text/event-stream' }); response.write('event: hello\ndata: {}\n\n'); return; }
      let text = '';
      request.on('data', (chunk) => { text += chunk; });
      request.on('end', () => {
        let body: Body = {};
        try { body = JSON.parse(text || '{}'); } catch { /* a file */ }
        const [status, value] = answer(request.method ?? 'GET', path, address.searchParams, body);
        response.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json' });
        response.end(value === null ? '' : JSON.stringify(value));
      });
    });
  },
};

export default mergeConfig(base, defineConfig({ root: '.', plugins: [mock], server: { port: 5199 } }));
