import { expect, test } from 'vitest';
import { addClass, bodyOf, draftFrom, dropClass, keyFrom, same, withAttribute, withClass, withRelation, type Draft } from './draft';

const draft: Draft = {
  classes: [{ key: 'server', label: 'Server', parent: null, hint: null, abstract: false, attributes: [{ key: 'memory_gb', label: 'Memory', kind: 'number', options: [], class: null, unit: 'GB', hint: null, wanted: false }] }],
  relations: [{ key: 'runs_on', label: 'runs on', inverse: 'runs', forth: false, back: true, acyclic: false, hint: null }], junk: ['none'],
};

test('a model survives its way into a file and back', () => {
  expect(draftFrom(JSON.stringify(bodyOf(draft)))).toEqual(draft);
});
test('what says nothing is not sent', () => {
  expect(JSON.stringify(bodyOf(draft))).toBe('{"classes":[{"key":"server","label":"Server","attributes":[{"key":"memory_gb","label":"Memory","kind":"number","unit":"GB"}]}],"relations":[{"key":"runs_on","label":"runs on","inverse":"runs","back":true}],"junk":["none"]}');
});
test('a file that is no model is refused with a sentence', () => {
  expect(() => draftFrom('classes:')).toThrow('no JSON');
  expect(() => draftFrom('{"classes":[]}')).toThrow('no model');
});
test('an edit leaves the model before it alone', () => {
  const next = withAttribute(withClass(draft, 'server', { label: 'Machine' }), 'server', 1, { ...draft.classes[0]!.attributes[0]!, key: 'disk_gb' });
  expect(next.classes[0]!.attributes.map((one) => one.key)).toEqual(['memory_gb', 'disk_gb']);
  expect(draft.classes[0]!.label).toBe('Server');
  expect(same(draft, next)).toBe(false);
  expect(same(draft, dropClass(addClass(draft, { ...draft.classes[0]!, key: 'x' }), 'x'))).toBe(true);
  expect(withRelation(draft, 0, null).relations).toEqual([]);
});
test('a key is made from a label', () => {
  expect(keyFrom('  Größe (GB) ')).toBe('gro_e_gb');
  expect(keyFrom('Rack unit')).toBe('rack_unit');
});
