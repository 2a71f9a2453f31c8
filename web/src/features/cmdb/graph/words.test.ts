import { expect, test } from 'vitest';
import type { ImpactNode } from '../../../api/cmdb';
import { linksOf, pathText, sayPath } from './words';

const step = (name: string | null, label: string) => ({ number: name && `CI-${name}`, name, relation: 'x', label, redundancy: null });
const payroll = { name: 'Payroll', path: [step('erp-app-1', 'runs on'), step('Payroll', 'is provided by')] } as unknown as ImpactNode;

test('a way is told from the service back to where it began', () => {
  expect(pathText(payroll, { number: 'CI-1', name: 'esx-3' })).toBe('Payroll → is provided by erp-app-1 → runs on esx-3');
});
test('who may not see an item is told that there is one', () => {
  const hidden = { ...payroll, path: [step(null, 'runs on'), step('Payroll', 'is provided by')] } as ImpactNode;
  expect(sayPath(hidden, { number: 'CI-1', name: 'esx-3' })[0]).toEqual({ label: 'is provided by', name: 'an item that you may not see', number: null });
});
test('links lead away from the start and read that way', () => {
  expect(linksOf([{ from: 'app', to: 'host', type: 'runs_on', label: 'runs on', redundancy: null, needed: null, spreads: 'back' }], new Map([['host', 0], ['app', 1]]), () => 'runs')).toEqual([{ from: 'host', to: 'app', label: 'runs' }]);
});
