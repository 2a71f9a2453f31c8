// RFC 6962 inclusion proofs, checked in the browser: the reader need not believe the server's word.
// Hashes come as hex or base64; the checkpoint is a C2SP signed note (origin, size, base64 root, blank line, signatures).

export function decode(text: string): Uint8Array<ArrayBuffer> {
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const sha256 = async (...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
};

/** SHA-256(0x00 ‖ leaf), RFC 6962 §2.1. */
export const leafHash = (leaf: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => sha256(Uint8Array.of(0), leaf);
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

/** The root that an audit path leads to (RFC 9162 §2.1.3.2); null when the path does not fit index and size. */
export async function rootFrom(leaf: Uint8Array<ArrayBuffer>, index: number, size: number, path: Uint8Array[]): Promise<Uint8Array | null> {
  if (index >= size || index < 0) return null;
  let at = index, last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      hash = await nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
    } else hash = await nodeHash(hash, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

/** The root hash named by a checkpoint, third line of the note. */
export function rootOf(checkpoint: string): { size: number; root: Uint8Array } | null {
  const [, size, root] = checkpoint.split('\n');
  if (!size || !root || !/^\d+$/.test(size)) return null;
  try { return { size: Number(size), root: decode(root) }; } catch { return null; }
}

export interface Check { name: string; ok: boolean | null; detail: string }
/** What this browser can check of a proof: the leaf's hash, and the path to the checkpoint's root. */
export async function check(proof: { leaf_text: string; leaf_hash: string; proof: { index: number; size: number; hashes: string[] | null } | null; checkpoint: string | null }): Promise<Check[]> {
  if (!globalThis.crypto?.subtle) return [{ name: 'Check in this browser', ok: null, detail: 'Browsers check hashes only over https; use cabinet verify instead.' }];
  const hash = await leafHash(new TextEncoder().encode(proof.leaf_text));
  const same = hex(hash) === hex(decode(proof.leaf_hash));
  const checks: Check[] = [{ name: 'The text hashes to the leaf', ok: same, detail: hex(hash) }];
  const note = proof.checkpoint ? rootOf(proof.checkpoint) : null;
  if (!proof.proof || !note) return [...checks, { name: 'The leaf is in the signed tree', ok: null, detail: 'Not sealed yet.' }];
  const root = await rootFrom(hash, proof.proof.index, proof.proof.size, (proof.proof.hashes ?? []).map(decode));
  const fits = root !== null && hex(root) === hex(note.root) && note.size === proof.proof.size;
  return [...checks, { name: 'The leaf leads to the checkpoint’s root', ok: fits, detail: root ? hex(root) : 'The path does not fit the tree.' }];
}
