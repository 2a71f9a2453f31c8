import { describe, expect, it } from 'vitest';
import { blankRecurrence, fromRule, lengthWords, repeatChoices, ruleWords, toRule } from './recurrence';

describe('how something repeats', () => {
  it('the form writes rules that it reads again', () => {
    const starts = '2026-01-11T02:00'; // the second Sunday
    for (const [repeat, more, want] of [['daily', {}, 'FREQ=DAILY'], ['weekly', { days: ['TH', 'MO'], every: 2 }, 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH'], ['weekday', {}, 'FREQ=MONTHLY;BYDAY=2SU'],
      ['monthday', { end: 'count', count: 3 }, 'FREQ=MONTHLY;BYMONTHDAY=11;COUNT=3'], ['yearly', { end: 'until', until: '2030-12-31' }, 'FREQ=YEARLY;UNTIL=20301231']] as const) {
      const rule = toRule({ ...blankRecurrence, ...more, repeat } as never, starts);
      expect(rule).toBe(want);
      expect(toRule(fromRule(rule, starts), starts)).toBe(want);
      expect(fromRule(rule, starts).repeat).toBe(repeat);
    }
  });
  it('what the form cannot say stays a rule', () => {
    for (const rule of ['FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU', 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13']) {
      expect(fromRule(rule, '2026-03-29T10:00')).toMatchObject({ repeat: 'other', rule });
      expect(toRule(fromRule(rule, '2026-03-29T10:00'), '2026-03-29T10:00')).toBe(rule);
    }
  });
  it('the last day of a month is the last of every month', () => {
    expect(toRule({ ...blankRecurrence, repeat: 'monthday' }, '2026-02-28T18:00')).toBe('FREQ=MONTHLY;BYMONTHDAY=-1');
    expect(repeatChoices('2026-03-29T10:00').map(([, word]) => word)).toContain('Monthly, on the last Sunday');
  });
  it('rules in words', () => {
    expect(ruleWords('', '2026-01-11T02:00')).toBe('once');
    expect(ruleWords('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=4', '2026-01-05T02:00')).toBe('every 2 weeks on Monday and Thursday 4 times');
    expect(ruleWords('FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '2026-02-13T02:00')).toBe('every month on Friday if it is day 13');
    expect(ruleWords('FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU', '2026-03-29T02:00')).toBe('every year on the last Sunday in March and October');
    expect(ruleWords('FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20271231', '2026-01-31T02:00')).toBe('every month on the last day until 31 December 2027');
    expect([60, 90, 30, 1440, 4320, 360].map(lengthWords)).toEqual(['1 h', '1 h 30 min', '30 min', '1 day', '3 days', '6 h']);
  });
});
