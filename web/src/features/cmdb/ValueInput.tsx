// One input for a value of an attribute, by its kind. What it gives is text as the API takes it: people by id, teams
// and sites by key, items by number.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CiAttribute } from '../../api/cmdb';
import { sites } from '../../api/queries';
import { Picker } from '../../ui/Picker';
import { criticalityWord } from './parts';

type Shape = Pick<CiAttribute, 'key' | 'label' | 'kind' | 'options' | 'unit'>;
interface Props { attribute: Shape; value: string; shown?: string | null; onChange: (value: string, shown: string) => void; ids?: { id?: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }; autoFocus?: boolean }

export const examples: Record<string, string> = { date: '', money: '1234.50 EUR', ip: '10.1.2.3', mac: '00:1b:44:11:3a:b7', url: 'https://', tags: 'SOX PCI' };

export function ValueInput({ attribute, value, shown, onChange, ids = {}, autoFocus }: Props) {
  const { key, kind, label, options } = attribute;
  const places = useQuery({ ...sites, enabled: kind === 'site' });
  const [name, setName] = useState(shown ?? '');
  const set = (event: { target: { value: string } }) => onChange(event.target.value, event.target.value);
  const named = ids.id !== undefined;
  const common = { ...ids, className: 'input', autoFocus, ...(named ? {} : { 'aria-label': label }) };
  const clear = value ? [{ id: '', label: 'None' }] : [];
  const pick = (choice: { id: string; label: string }) => { setName(choice.id ? choice.label : ''); onChange(choice.id, choice.id ? choice.label : ''); };
  switch (kind) {
    case 'enum': {
      const word = (option: string) => (key === 'criticality' ? `${option} ${criticalityWord[Number(option)]!.toLowerCase()}` : option);
      return <select {...common} value={value} onChange={set}><option value="">Not said</option>{options.map((one) => <option key={one} value={one}>{word(one)}</option>)}</select>;
    }
    case 'boolean': return <select {...common} value={value} onChange={set}><option value="">Not said</option><option value="true">yes</option><option value="false">no</option></select>;
    case 'date': return <input {...common} type="date" value={value} onChange={set} />;
    case 'number': return <input {...common} inputMode="decimal" value={value} onChange={set} />;
    case 'person': return <Picker id={ids.id} named={named} label={label} from="people" extra={clear} openAtOnce={autoFocus} describedBy={ids['aria-describedby']} invalid={ids['aria-invalid']} value={value} onPick={pick}>{name || <span className="dim">Choose</span>}</Picker>;
    case 'team': return <Picker id={ids.id} named={named} label={label} from="teams" extra={clear} openAtOnce={autoFocus} describedBy={ids['aria-describedby']} invalid={ids['aria-invalid']} value={value} onPick={pick}>{name || <span className="dim">Choose</span>}</Picker>;
    case 'site': return <select {...common} value={value} onChange={(event) => onChange(event.target.value, places.data?.items.find((one) => one.key === event.target.value)?.name ?? '')}><option value="">Not said</option>{places.data?.items.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}{value && !places.data ? <option value={value}>{shown ?? value}</option> : null}</select>;
    case 'reference': return <Picker id={ids.id} named={named} label={label} from="cis" extra={clear} openAtOnce={autoFocus} describedBy={ids['aria-describedby']} invalid={ids['aria-invalid']} value={value} onPick={pick}>{name || <span className="dim">Name, number or serial number</span>}</Picker>;
    default: return key === 'description'
      ? <textarea {...common} value={value} onChange={set} />
      : <input {...common} type={kind === 'url' ? 'url' : 'text'} placeholder={examples[kind]} value={value} onChange={set} />;
  }
}
