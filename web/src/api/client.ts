// The one door to the server. Everything the UI does goes through `call`, which adds the idempotency key and the
// expected version, and turns every failure into a Problem (RFC 9457) that screens can show in its own words.
import type { Reason } from './types';
import { connection } from './connection';

const base = '/api/v1';

/** A refused or failed request. `code` is the server's own, or "unreachable" when no answer came. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors: { location: string; message: string }[];
  readonly reasons: Reason[];

  constructor(status: number, body: Record<string, unknown>) {
    const detail = String(body.detail ?? body.title ?? 'The server gave no reason.');
    super(detail);
    this.status = status;
    this.code = String(body.code ?? String(body.type ?? '').split('/').pop() ?? '');
    this.title = String(body.title ?? 'Something went wrong');
    this.detail = detail;
    this.requestId = String(body.request_id ?? '');
    this.errors = Array.isArray(body.errors) ? (body.errors as { location: string; message: string }[]) : [];
    this.reasons = Array.isArray(body.reasons) ? (body.reasons as Reason[]) : [];
  }

  /** The message that belongs to one input, by the last part of its location ("body.title" → "title"). */
  at(field: string): string | undefined {
    return this.errors.find((e) => e.location === field || e.location.split(/[./]/).pop() === field)?.message;
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, { code: 'unexpected', title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error) });
}

/** True when the record changed since it was read (If-Match failed). */
export const isStale = (error: unknown): boolean => error instanceof Problem && error.status === 412;

type Query = Record<string, string | number | boolean | null | undefined>;
export interface CallOptions { body?: unknown; query?: Query; version?: number; signal?: AbortSignal; key?: string }

/** A random key; `crypto.randomUUID` exists only on https and localhost, this everywhere. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

export function url(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return base + path + (text ? (path.includes('?') ? '&' : '?') + text : '');
}

let onSignedOut: () => void = () => {};
/** Registers what happens when the session has ended. */
export function whenSignedOut(then: () => void): void { onSignedOut = then; }

async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;
  if (method === 'POST') headers['Idempotency-Key'] = options.key ?? randomKey();
  let response: Response;
  try {
    response = await fetch(url(path, options.query), {
      method, headers, credentials: 'same-origin', signal: options.signal,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    connection.lost();
    throw new Problem(0, { code: 'unreachable', title: 'No connection', detail: 'Cabinet cannot be reached. Nothing was changed; try again when the connection is back.' });
  }
  connection.found();
  if (response.ok) {
    if (response.status === 204) return undefined as T;
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  }
  const body = await response.json().catch(() => ({ title: response.statusText || `Status ${response.status}` })) as Record<string, unknown>;
  if (!body.request_id) body.request_id = response.headers.get('X-Request-Id') ?? '';
  if (response.status === 401 && !path.startsWith('/session')) onSignedOut();
  throw new Problem(response.status, body);
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>('GET', path, { query, signal }),
  post: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>('POST', path, { ...options, body: body ?? {} }),
  put: <T>(path: string, body: unknown, options?: CallOptions) => call<T>('PUT', path, { ...options, body }),
  patch: <T>(path: string, body: unknown, options?: CallOptions) => call<T>('PATCH', path, { ...options, body }),
  delete: <T = void>(path: string, body?: unknown, options?: CallOptions) => call<T>('DELETE', path, { ...options, body }),
};

/** Uploads one file with progress (0..1). XMLHttpRequest, since fetch cannot report what was sent. */
export function upload<T>(path: string, file: File, fields: Record<string, string | File>, progress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    // What the server must know before it reads the file comes first.
    for (const [name, value] of Object.entries(fields)) { if (typeof value === 'string') form.set(name, value); else form.set(name, value, value.name); }
    form.set('file', file, file.name || 'pasted-image.png');
    const request = new XMLHttpRequest();
    request.open('POST', base + path);
    request.setRequestHeader('Idempotency-Key', randomKey());
    request.responseType = 'json';
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as T);
      else reject(new Problem(request.status, (request.response as Record<string, unknown>) ?? {}));
    };
    request.onerror = () => {
      connection.lost();
      reject(new Problem(0, { code: 'unreachable', title: 'No connection', detail: 'The file was not sent: Cabinet cannot be reached.' }));
    };
    request.send(form);
  });
}
