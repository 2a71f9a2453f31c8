import { expect, test } from 'vitest';
import { inTurn, patchRecord } from './cache';
import { client } from './queries';

test('quick writes on one record continue each other, and not what somebody else made of it', async () => {
  const seen: number[] = [];
  const write = async (version: number) => { seen.push(version); await Promise.resolve(); return { version: version + 1 }; };
  const onScreen = { number: 'INC-1', version: 4 };
  await Promise.all([inTurn(onScreen, write), inTurn(onScreen, write), inTurn(onScreen, write)]);
  expect(seen).toEqual([4, 5, 6]);
  await inTurn({ number: 'INC-1', version: 9 }, write); // somebody else wrote 8 and 9, and they are on the screen
  await inTurn({ number: 'INC-2', version: 1 }, write);
  expect(seen).toEqual([4, 5, 6, 9, 1]);
});

test('a refused write does not hold up the next one, which continues what was there', async () => {
  const onScreen = { number: 'INC-3', version: 2 };
  const refused = inTurn(onScreen, () => Promise.reject(new Error('no')));
  const next = inTurn(onScreen, (version) => Promise.resolve({ version }));
  await expect(refused).rejects.toThrow('no');
  expect(await next).toEqual({ version: 2 });
});

test('a patched row does not make an old list look new', () => {
  const key = ['tickets', 'queue=all'];
  client.setQueryData(key, { pages: [{ items: [{ number: 'INC-1', title: 'a' }] }], pageParams: [''] }, { updatedAt: 1000 });
  void client.invalidateQueries({ queryKey: key });
  patchRecord('INC-1', { title: 'b' });
  expect(client.getQueryState(key)).toMatchObject({ dataUpdatedAt: 1000, isInvalidated: true });
  expect(JSON.stringify(client.getQueryData(key))).toContain('"b"');
});
