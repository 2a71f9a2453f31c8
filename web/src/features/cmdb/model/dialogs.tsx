// The parts of the model, each edited in a dialog. A key never changes: it stands in the history of every item.
import { useState, type FormEvent } from 'react';
import { classTree, type CiAttribute, type CiClass, type CiModel, type CiRelationType } from '../../../api/cmdb';
import { Dialog } from '../../../ui/Dialog';
import { Button, Field } from '../../../ui/kit';
import { keyFrom } from './draft';

const kinds = ['text', 'number', 'date', 'money', 'enum', 'boolean', 'reference', 'ip', 'mac', 'url'];
const kindWord: Record<string, string> = { text: 'Text', number: 'Number', date: 'Date', money: 'Amount of money', enum: 'One of some', boolean: 'Yes or no', reference: 'Another item', ip: 'Network address', mac: 'Hardware address', url: 'Link' };

function Form({ title, verb, onClose, onSave, children }: { title: string; verb: string; onClose: () => void; onSave: () => void; children: React.ReactNode }) {
  return <Dialog title={title} open onClose={onClose}><form className="stack" onSubmit={(event: FormEvent) => { event.preventDefault(); onSave(); }}>{children}<div className="row"><Button type="submit" look="primary">{verb}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div></form></Dialog>;
}

export function ClassDialog({ model, item, onClose, onSave }: { model: CiModel; item?: CiClass; onClose: () => void; onSave: (item: CiClass) => void }) {
  const [typed, type] = useState<CiClass>(item ?? { key: '', label: '', parent: null, hint: null, abstract: false, attributes: [] });
  const key = item ? item.key : keyFrom(typed.label);
  const taken = !item && model.classes.some((one) => one.key === key);
  return (
    <Form title={item ? `Edit ${item.label}` : 'Add a class'} verb={item ? 'Keep' : 'Add'} onClose={onClose} onSave={() => { if (key && !taken) onSave({ ...typed, key, hint: typed.hint || null }); }}>
      <Field label="Name" hint={`Key: ${key || '…'}`} wrong={taken ? 'There is a class with this key already.' : undefined}>{(ids) => <input {...ids} className="input" required data-autofocus value={typed.label} onChange={(event) => type({ ...typed, label: event.target.value })} />}</Field>
      <Field label="Below" hint="It has the attributes of the classes above it">{(ids) => <select {...ids} className="input" value={typed.parent ?? ''} onChange={(event) => type({ ...typed, parent: event.target.value || null })}><option value="">Nothing: it stands at the top</option>{classTree(model).filter(({ item: one }) => one.key !== item?.key).map(({ item: one, depth }) => <option key={one.key} value={one.key}>{'\u00a0\u00a0'.repeat(depth)}{one.label}</option>)}</select>}</Field>
      <Field label="What it is" optional>{(ids) => <input {...ids} className="input" value={typed.hint ?? ''} onChange={(event) => type({ ...typed, hint: event.target.value })} />}</Field>
      <label className="check"><input type="checkbox" checked={typed.abstract} onChange={(event) => type({ ...typed, abstract: event.target.checked })} /> It only passes on attributes: no item is of it</label>
    </Form>
  );
}

export function AttributeDialog({ model, attribute, onClose, onSave }: { model: CiModel; attribute?: CiAttribute; onClose: () => void; onSave: (attribute: CiAttribute) => void }) {
  const [typed, type] = useState<CiAttribute>(attribute ?? { key: '', label: '', kind: 'text', options: [], class: null, unit: null, hint: null, wanted: false });
  const [options, setOptions] = useState(typed.options.join('\n'));
  const key = attribute ? attribute.key : keyFrom(typed.label);
  const save = () => {
    if (!key) return;
    onSave({ ...typed, key, options: typed.kind === 'enum' ? options.split('\n').map((one) => one.trim()).filter(Boolean) : [], class: typed.kind === 'reference' ? typed.class : null, unit: typed.kind === 'number' ? typed.unit || null : null, hint: typed.hint || null });
  };
  return (
    <Form title={attribute ? `Edit ${attribute.label}` : 'Add an attribute'} verb={attribute ? 'Keep' : 'Add'} onClose={onClose} onSave={save}>
      <div className="grid2">
        <Field label="Name" hint={`Key: ${key || '…'}`}>{(ids) => <input {...ids} className="input" required data-autofocus value={typed.label} onChange={(event) => type({ ...typed, label: event.target.value })} />}</Field>
        <Field label="Kind">{(ids) => <select {...ids} className="input" value={typed.kind} onChange={(event) => type({ ...typed, kind: event.target.value })}>{kinds.map((one) => <option key={one} value={one}>{kindWord[one]}</option>)}</select>}</Field>
      </div>
      {typed.kind === 'enum' && <Field label="One of" hint="One per line, in order">{(ids) => <textarea {...ids} className="input" required value={options} onChange={(event) => setOptions(event.target.value)} />}</Field>}
      {typed.kind === 'reference' && <Field label="Refers to">{(ids) => <select {...ids} className="input" required value={typed.class ?? ''} onChange={(event) => type({ ...typed, class: event.target.value })}><option value="" disabled>Choose</option>{model.classes.map((one) => <option key={one.key} value={one.key}>{one.label}</option>)}</select>}</Field>}
      {typed.kind === 'number' && <Field label="Unit" optional>{(ids) => <input {...ids} className="input" value={typed.unit ?? ''} onChange={(event) => type({ ...typed, unit: event.target.value })} />}</Field>}
      <Field label="Hint" optional>{(ids) => <input {...ids} className="input" value={typed.hint ?? ''} onChange={(event) => type({ ...typed, hint: event.target.value })} />}</Field>
      <label className="check"><input type="checkbox" checked={typed.wanted} onChange={(event) => type({ ...typed, wanted: event.target.checked })} /> Wanted: an item without it is not complete</label>
    </Form>
  );
}

export function RelationDialog({ relation, onClose, onSave }: { relation?: CiRelationType; onClose: () => void; onSave: (relation: CiRelationType) => void }) {
  const [typed, type] = useState<CiRelationType>(relation ?? { key: '', label: '', inverse: '', forth: false, back: true, acyclic: false, hint: null });
  const key = relation ? relation.key : keyFrom(typed.label);
  const check = (field: 'forth' | 'back' | 'acyclic', label: string) => <label className="check"><input type="checkbox" checked={typed[field]} onChange={(event) => type({ ...typed, [field]: event.target.checked })} /> {label}</label>;
  return (
    <Form title={relation ? `Edit “${relation.label}”` : 'Add a relation'} verb={relation ? 'Keep' : 'Add'} onClose={onClose} onSave={() => { if (key) onSave({ ...typed, key, hint: typed.hint || null }); }}>
      <div className="grid2">
        <Field label="From the first to the second" hint={`Key: ${key || '…'}`}>{(ids) => <input {...ids} className="input" required data-autofocus placeholder="runs on" value={typed.label} onChange={(event) => type({ ...typed, label: event.target.value })} />}</Field>
        <Field label="And back">{(ids) => <input {...ids} className="input" required placeholder="runs" value={typed.inverse} onChange={(event) => type({ ...typed, inverse: event.target.value })} />}</Field>
      </div>
      {check('back', 'When the second fails, the first fails with it')}
      {check('forth', 'When the first fails, the second fails with it')}
      {check('acyclic', 'It forms no loops: containment')}
      <Field label="What it is for" optional>{(ids) => <input {...ids} className="input" value={typed.hint ?? ''} onChange={(event) => type({ ...typed, hint: event.target.value })} />}</Field>
    </Form>
  );
}
