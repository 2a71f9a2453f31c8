import { describe, expect, it } from 'vitest';
import { band, clock, names } from './words';

describe('the words of a room', () => {
  it('writes a clock', () => { expect([clock(-3), clock(65.9), clock(3605)]).toEqual(['0:00', '1:05', '1:00:05']); });
  it('bands the time of a point', () => { expect([0, 149, 150, 225, 300].map((seconds) => band(seconds, 5))).toEqual(['', '', 'half', 'most', 'over']); });
  it('names people', () => { expect([names(null), names([{ name: 'Carl' }]), names([{ name: 'Carl' }, { name: 'Dora' }, { name: 'Paul' }])]).toEqual(['', 'Carl', 'Carl, Dora and Paul']); });
});
