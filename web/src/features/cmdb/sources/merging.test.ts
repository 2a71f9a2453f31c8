import { expect, test } from 'vitest';
import type { CiPage } from '../../../api/cmdb';
import { choices, survivor, values } from './merging';

const page = (number: string, known: Record<string, string>): CiPage => ({
  number, attributes: ['name', 'serial', 'memory_gb', 'asset_tag'].map((key) => ({ key, label: key, value: known[key] ?? null })),
}) as unknown as CiPage;
const a = page('CI-1', { name: 'db-01', memory_gb: '64' });
const b = page('CI-2', { name: 'db-01', memory_gb: '128', serial: 'SN-1' });
const c = page('CI-3', { name: 'db1', serial: 'SN-2' });

test('attributes that nobody has are left out, and those that differ come first', () => {
  expect(choices(a, [b]).map((one) => `${one.key} ${one.differs}`)).toEqual(['serial true', 'memory_gb true', 'name false']);
});

test('the value of the item that stays survives, else the first there is, else the one that was picked', () => {
  expect(survivor('memory_gb', {}, a, [b, c])).toBe('CI-1');
  expect(survivor('serial', {}, a, [b, c])).toBe('CI-2');
  expect(survivor('serial', { serial: 'CI-3' }, a, [b, c])).toBe('CI-3');
  expect(survivor('serial', { serial: 'CI-3' }, a, [b])).toBe('CI-2');
  expect(survivor('asset_tag', {}, a, [b, c])).toBeNull();
});

test('of three items, each says of its own values whether they go along', () => {
  const picks = { serial: 'CI-3', name: 'CI-3' };
  expect(values(b, picks, a, [b, c])).toEqual({ name: 'staying', serial: 'staying', memory_gb: 'staying' });
  expect(values(c, picks, a, [b, c])).toEqual({ name: 'going', serial: 'going' });
});
