import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { check, rootFrom, rootOf } from './merkle';

// An independent tree after RFC 6962 §2.1, written from its recursive definition.
const sha = (...parts: Uint8Array[]) => new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());
const leaves = (count: number) => Array.from({ length: count }, (_, i) => new TextEncoder().encode(`leaf ${i}`));
const split = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);
const root = (d: Uint8Array[]): Uint8Array => (d.length === 1 ? sha(Uint8Array.of(0), d[0]!) : sha(Uint8Array.of(1), root(d.slice(0, split(d.length))), root(d.slice(split(d.length)))));
const path = (m: number, d: Uint8Array[]): Uint8Array[] => {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k ? [...path(m, d.slice(0, k)), root(d.slice(k))] : [...path(m - k, d.slice(k)), root(d.slice(0, k))];
};
const hex = (bytes: Uint8Array | null) => (bytes ? Buffer.from(bytes).toString('hex') : null);

test('every leaf of every tree up to 20 leads to its root', async () => {
  for (let size = 1; size <= 20; size++) {
    const d = leaves(size);
    for (let index = 0; index < size; index++) {
      expect(hex(await rootFrom(new Uint8Array(sha(Uint8Array.of(0), d[index]!)), index, size, path(index, d)))).toBe(hex(root(d)));
    }
  }
});
test('a path that is too long, too short or of another leaf does not lead to the root', async () => {
  const d = leaves(7);
  const hash = new Uint8Array(sha(Uint8Array.of(0), d[3]!));
  const good = path(3, d);
  expect(hex(await rootFrom(hash, 3, 7, [...good, d[0]!]))).not.toBe(hex(root(d)));
  expect(hex(await rootFrom(hash, 3, 7, good.slice(1)))).not.toBe(hex(root(d)));
  expect(hex(await rootFrom(hash, 2, 7, good))).not.toBe(hex(root(d)));
  expect(await rootFrom(hash, 7, 7, good)).toBeNull();
});
test('a changed leaf text is found', async () => {
  const d = leaves(5);
  const checkpoint = `cabinet\n5\n${Buffer.from(root(d)).toString('base64')}\n\n— sig`;
  const proof = { leaf_text: 'leaf 2', leaf_hash: hex(sha(Uint8Array.of(0), d[2]!))!, proof: { index: 2, size: 5, hashes: path(2, d).map((one) => Buffer.from(one).toString('base64')) }, checkpoint };
  expect((await check(proof)).map((one) => one.ok)).toEqual([true, true]);
  expect((await check({ ...proof, leaf_text: 'leaf 2 edited' })).map((one) => one.ok)).toEqual([false, false]);
});
test('a checkpoint is read by its lines and a broken one is refused', () => {
  expect(rootOf('cabinet\n5\nAAAA\n\n— sig')?.size).toBe(5);
  expect(rootOf('nonsense')).toBeNull();
});
