// What is known of an item, grouped into what every item has and what its class has. Each value edits in place and shows
// where it is from and how old it is; wanted ones that are missing stand as gaps.
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { Link } from '@tanstack/react-router';
import { asProblem } from '../../../api/client';
import { ciPath, type CiPage, type CiValue } from '../../../api/cmdb';
import { Icon } from '../../../ui/Icon';
import { Button, Person, useNow } from '../../../ui/kit';
import { dateOnly, exact, fromLocalInput, span } from '../../../ui/time';
import { Criticality } from '../parts';
import { ValueInput } from '../ValueInput';
import { amendCi } from './edits';

export function Values({ item }: { item: CiPage }) {
  const [empty, showEmpty] = useState(false);
  const shown = item.attributes.filter((one) => one.key !== 'name' && one.key !== 'description' && (one.value !== null || one.wanted || empty));
  const hidden = item.attributes.filter((one) => one.value === null && !one.wanted).length;
  const own = shown.filter((one) => !one.core);
  const description = item.attributes.find((one) => one.key === 'description');
  return (
    <section className="card" aria-label="What is known">
      <header><h2 className="grow">What is known</h2>{item.may.amend && hidden > 0 && <Button look="link" className="small no-print" onClick={() => showEmpty(!empty)}>{empty ? 'Hide what is empty' : `Show ${hidden} empty`}</Button>}</header>
      {description && (description.value !== null || empty) && <dl className="values one"><Value item={item} value={description} /></dl>}
      <dl className="values">{shown.filter((one) => one.core).map((one) => <Value key={one.key} item={item} value={one} />)}</dl>
      {own.length > 0 && <><h3 className="values-head">{item.class_label}</h3><dl className="values">{own.map((one) => <Value key={one.key} item={item} value={one} />)}</dl></>}
    </section>
  );
}

function Value({ item, value }: { item: CiPage; value: CiValue }) {
  const [editing, edit] = useState(false);
  const gap = value.wanted && value.value === null;
  return (
    <div className={`value ${editing ? 'editing' : ''}`}>
      <dt>{value.label}{value.unit ? <span className="dim"> ({value.unit})</span> : null}</dt>
      <dd>
        {editing ? <Editor item={item} value={value} onDone={() => edit(false)} />
          : item.may.amend ? <button type="button" className={`inplace ${gap ? 'gap' : ''}`} onClick={() => edit(true)}><span className="hidden-label">Edit {value.label}: </span>{value.value === null ? <span className="dim">{gap ? <><Icon name="plus" size={12} /> missing</> : 'Empty'}</span> : <Shown value={value} />}</button>
            : value.value === null ? <span className="dim">{gap ? 'missing' : '–'}</span> : <Shown value={value} />}
        {!editing && <Origin value={value} />}
        {!editing && value.kind === 'reference' && value.value && <Link className="icon-button small" aria-label={`Open ${value.display}`} to={ciPath(value.value)}><Icon name="arrow" size={13} /></Link>}
        {!editing && value.kind === 'url' && value.value && <a className="icon-button small" aria-label={`Open ${value.display}`} href={value.value} rel="noreferrer noopener" target="_blank"><Icon name="arrow" size={13} /></a>}
      </dd>
    </div>
  );
}

function Shown({ value }: { value: CiValue }) {
  if (value.kind === 'person') return <Person person={value.person ?? (value.display ? { id: '', name: value.display } : null)} />;
  if (value.key === 'criticality') return <Criticality value={Number(value.value)} words />;
  if (value.kind === 'tags') return <span className="row wraps">{(value.value ?? '').split(' ').map((tag) => <span key={tag} className="tag">{tag}</span>)}</span>;
  if (value.kind === 'date') return <span className="num">{dateOnly(value.value ?? '')}</span>;
  return <span className={`wrap ${['ip', 'mac'].includes(value.kind) || value.key === 'serial' ? 'mono' : ''}`} style={value.key === 'description' ? { whiteSpace: 'pre-wrap' } : undefined}>{value.display ?? value.value}</span>;
}

/** Where a value is from and how old it is: "netbox · 3 d". */
function Origin({ value }: { value: CiValue }) {
  const now = useNow();
  if (!value.observed_at) return null;
  const age = now - Date.parse(value.observed_at);
  return <span className={`origin ${age > 180 * 86_400_000 ? 'old' : ''}`} title={`${value.source ? `From ${value.source}` : `By hand${value.by ? `, ${value.by.name}` : ''}`}; ${exact(value.observed_at)}`}>{value.source ?? 'by hand'} · {age < 60_000 ? 'now' : span(age)}</span>;
}

function Editor({ item, value, onDone }: { item: CiPage; value: CiValue; onDone: () => void }) {
  const [text, type] = useState(value.value ?? '');
  const [since, setSince] = useState('');
  const [dated, date] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState('');
  const save = async (next: string) => {
    if (next === (value.value ?? '') && !since) { onDone(); return; }
    setBusy(true);
    const done = await amendCi(item, { [value.key]: next }, value.label, fromLocalInput(since) ?? undefined, (error) => { const problem = asProblem(error); setWrong(problem.at(value.key) ?? problem.errors[0]?.message ?? problem.detail); return true; });
    setBusy(false);
    if (done) onDone();
  };
  const submit = (event: FormEvent) => { event.preventDefault(); void save(text); };
  const onKey = (event: KeyboardEvent) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); onDone(); } };
  return (
    <form className="value-editor" onSubmit={submit} onKeyDown={onKey}>
      <ValueInput attribute={value} value={text} shown={value.display} autoFocus onChange={(next) => type(next)} />
      {dated && <label className="field"><span className="label">It has been so since</span><input className="input" type="datetime-local" value={since} onChange={(event) => setSince(event.target.value)} /></label>}
      {wrong && <span className="wrong red small" role="alert">{wrong}</span>}
      <div className="row wraps"><Button type="submit" look="primary" busy={busy}>Save</Button><Button look="quiet" onClick={onDone}>Leave it</Button>{!dated && <Button look="link" className="small" onClick={() => date(true)}>It was so earlier…</Button>}</div>
    </form>
  );
}
