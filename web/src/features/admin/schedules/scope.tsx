// What a schedule covers: in words, and as inputs.
import { useQuery } from '@tanstack/react-query';
import { ciGroups, classLabel, classTree, cmdbModel } from '../../../api/cmdb';
import type { ScheduleScope } from '../../../api/calendar';
import { sites, type Choice } from '../../../api/queries';
import { Icon } from '../../../ui/Icon';
import { Field } from '../../../ui/kit';
import { Picker } from '../../../ui/Picker';

type List = 'classes' | 'groups' | 'tags' | 'sites' | 'items';

/** Keys as people know them. */
function useNames(): (list: List, key: string) => string {
  const model = useQuery(cmdbModel).data;
  const groups = useQuery(ciGroups).data?.items ?? [];
  const places = useQuery(sites).data?.items ?? [];
  return (list, key) => (list === 'classes' ? classLabel(model, key) : list === 'groups' ? groups.find((one) => one.key === key)?.name ?? key : list === 'sites' ? places.find((one) => one.key === key)?.name ?? key : key);
}

const lead: Record<List, string> = { classes: 'class', groups: 'group', tags: 'tag', sites: 'site', items: '' };
export function useScopeWords(): (scope: ScheduleScope) => string {
  const name = useNames();
  return (scope) => {
    if (scope.everything) return 'everything';
    return (Object.keys(lead) as List[]).flatMap((list) => (scope[list] ?? []).map((key) => `${lead[list]} ${name(list, key)}`.trim())).join(', ');
  };
}

export function ScopeInputs({ scope, onChange, wrong }: { scope: ScheduleScope; onChange: (scope: ScheduleScope) => void; wrong?: string }) {
  const name = useNames();
  const model = useQuery(cmdbModel).data;
  const groups = useQuery(ciGroups).data?.items ?? [];
  const places = useQuery(sites).data?.items ?? [];
  const rows: { list: List; label: string; one: string; choices?: Choice[]; from?: 'items' }[] = [
    { list: 'classes', label: 'Classes', one: 'a class', choices: model ? classTree(model).map(({ item, depth }) => ({ id: item.key, label: `${'\u00a0\u00a0'.repeat(depth)}${item.label}` })) : [] },
    { list: 'tags', label: 'Tags', one: 'a tag', choices: [] },
    { list: 'groups', label: 'Groups', one: 'a group', choices: groups.map((one) => ({ id: one.key, label: one.name })) },
    { list: 'sites', label: 'Sites', one: 'a site', choices: places.flatMap((one) => (one.key ? [{ id: one.key, label: one.name }] : [])) },
    { list: 'items', label: 'Items and services', one: 'an item', from: 'items' },
  ];
  const put = (list: List, keys: string[]) => onChange({ ...scope, [list]: keys.length > 0 ? keys : undefined });
  return (
    <fieldset className="stack scope-inputs"><legend className="label">What it covers</legend>
      <label className="check"><input type="checkbox" checked={Boolean(scope.everything)} onChange={(event) => onChange(event.target.checked ? { everything: true } : {})} /> Everything</label>
      {!scope.everything && rows.map(({ list, label, one, choices, from }) => (
        <Field key={list} label={label} optional>{(ids) => (
          <div className="row wraps">
            {(scope[list] ?? []).map((key) => <span key={key} className="chip"><span className="chip-text">{name(list, key)}</span><button type="button" className="chip-x" aria-label={`Remove ${name(list, key)}`} onClick={() => put(list, (scope[list] ?? []).filter((other) => other !== key))}><Icon name="x" size={12} /></button></span>)}
            <Picker id={ids.id} className="chip add" label={`Add ${one}`} choices={choices} from={from} free={list === 'tags'} onPick={(choice) => put(list, [...(scope[list] ?? []).filter((other) => other !== choice.id), choice.id])}><Icon name="plus" size={13} />Add</Picker>
          </div>
        )}</Field>
      ))}
      {!scope.everything && (scope.items ?? []).length > 0 && <span className="dim small">A service is also covered when something that it needs is changed.</span>}
      {wrong && <span className="wrong red small">{wrong}</span>}
    </fieldset>
  );
}
