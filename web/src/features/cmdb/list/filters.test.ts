import { expect, test } from 'vitest';
import type { CiModel } from '../../../api/cmdb';
import { fromAddress, narrowed, sentence, toQuery, withClass, withField } from './filters';

const model = {
  classes: [{ key: 'server', label: 'Server', parent: null, hint: null, abstract: false, attributes: [{ key: 'memory_gb', label: 'Memory', kind: 'number', options: [], class: null, unit: 'GB', hint: null, wanted: false }] }],
  statuses: [{ name: 'in_stock', label: 'In stock', tone: 'waiting', hint: '' }],
} as unknown as CiModel;

test('an address keeps what the list knows, attributes of a class included', () => {
  expect(fromAddress({ class: 'server', 'attr.memory_gb': '64', open: 'CI-000001', tab: 'x', q: '' })).toEqual({ class: 'server', 'attr.memory_gb': '64' });
});
test('equal filters make one query, whatever their order', () => {
  expect(toQuery({ status: 'live', 'attr.b': '2', class: 'server', 'attr.a': '1' })).toBe('class=server&status=live&attr.a=1&attr.b=2');
});
test('another class drops the attributes of the former one', () => {
  expect(withClass({ class: 'server', 'attr.memory_gb': '64', status: 'live' }, 'database')).toEqual({ class: 'database', status: 'live' });
});
test('the chips read as a sentence', () => {
  const chips = sentence({ status: 'in_stock,live', criticality: '0,1', owner: 'none', stale: '90', 'attr.memory_gb': '64', team: 'network' }, model, (_, id) => id.toUpperCase());
  expect(chips.map((chip) => chip.text)).toEqual(['in stock or live', 'criticality not rated or 1', 'of NETWORK', 'without an owner', 'not confirmed for 90 days', 'Memory = 64']);
});
test('a class, an order and a date do not narrow a list; everything else does', () => {
  expect(narrowed({ class: 'server', sort: 'name', at: '2026-01-01' })).toBe(false);
  expect(narrowed(withField({}, 'tag', 'SOX'))).toBe(true);
});
