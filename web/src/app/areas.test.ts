import { describe, expect, it } from 'vitest';
import { arrange, chosenBy, keeping, keptIn, most, type Area } from './areas';
import { toDecide } from './useAreas';

const area = (key: string, more: Partial<Area> = {}): Area => ({ key, group: 'Records', label: key, icon: 'desk', to: `/${key}`, active: false, ...more });
const all = ['queue:mine', 'queue:teams', 'queue:unassigned', 'queue:pending', 'queue:open', 'queue:recent', 'queue:requested', 'queue:all', 'incidents', 'requests', 'problems', 'changes', 'cmdb', 'approvals', 'cab', 'calendar', 'standard', 'figures', 'view:1', 'audit', 'admin'];
const keys = (list: Area[]) => list.map((one) => one.key);

describe('the rail', () => {
  it('shows every role what it works with, nine places at most with the open page and More', () => {
    for (const role of ['agent', 'team_lead', 'change_manager', 'cab_member', 'cab_chair', 'ci_owner', 'auditor', 'admin']) {
      const { shown, more } = arrange(all.map((key) => area(key, { active: key === 'view:1' })), [role], null);
      expect(shown.length + 1, role).toBeLessThanOrEqual(9);
      expect(keys([...shown, ...more]).sort(), role).toEqual([...all].sort());
      expect(keys(shown), role).toContain('view:1');
    }
    expect(chosenBy(['auditor'], all)[0]).toBe('audit');
  });
  it('shows who holds several roles something of each', () => {
    expect(chosenBy(['cab_member', 'agent'], all)).toEqual(['queue:mine', 'approvals', 'queue:teams', 'cab', 'queue:unassigned', 'changes', 'queue:open']);
  });
  it('always shows what waits for somebody', () => {
    const { shown } = arrange(all.map((key) => area(key, { strong: key === 'approvals', count: key === 'approvals' ? 2 : 9 })), ['agent'], null);
    expect(keys(shown)).toContain('approvals');
    expect(shown).toHaveLength(most);
  });
  it('needs no More where there is little', () => {
    expect(arrange([area('queue:requested'), area('queue:all'), area('incidents')], ['requester'], null).more).toEqual([]);
  });
  it('keeps what the person chose, as long as it is there', () => {
    expect(keys(arrange(all.map((key) => area(key)), ['agent'], ['view:1', 'gone', 'cmdb']).shown)).toEqual(['view:1', 'cmdb']);
    expect(keys(arrange(all.map((key) => area(key)), ['agent'], ['gone']).shown)).toHaveLength(most);
  });
  it('reads preferences of any shape and leaves the rest of them alone', () => {
    for (const odd of [null, 3, [], { rail: 'x' }, {}]) expect(keptIn(odd)).toBeNull();
    expect(keptIn({ rail: ['a', 3, 'b'] })).toEqual(['a', 'b']);
    expect(keeping({ hints: ['x'], rail: ['a'] }, ['b'])).toEqual({ hints: ['x'], rail: ['b'] });
    expect(keeping({ hints: ['x'], rail: ['a'] }, null)).toEqual({ hints: ['x'] });
  });
  it('counts ballots of templates as well as approvals of changes', () => {
    const open = toDecide([{ can: true }, { can: false }] as never, [{ ballot: { can: true } }, { ballot: null }] as never);
    expect([open.rows.length, open.editions.length]).toEqual([1, 1]);
  });
});
