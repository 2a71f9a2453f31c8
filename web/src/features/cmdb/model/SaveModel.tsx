// What a rehearsal found, and saving with a note. What would break must be put right first.
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { asProblem } from '../../../api/client';
import { ciPath } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { saveModel, type Rehearsal } from '../../../api/sources';
import { toast } from '../../../app/toasts';
import { Dialog } from '../../../ui/Dialog';
import { Icon } from '../../../ui/Icon';
import { Button, Field, Notice, ProblemNote } from '../../../ui/kit';
import type { ModelBody } from './draft';

export function SaveModel({ version, body, rehearsal, onClose }: { version: number; body: ModelBody; rehearsal: Rehearsal; onClose: () => void }) {
  const [note, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const broken = rehearsal.broken.length > 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await saveModel(version, body, note.trim());
      await client.invalidateQueries({ queryKey: ['cmdb-model'] });
      toast('The model was saved.');
      onClose();
    } catch (caught) { setError(asProblem(caught)); setBusy(false); }
  };
  return (
    <Dialog title="What this would change" open onClose={onClose} size={620}>
      <form className="stack" onSubmit={(event) => { void submit(event); }}>
        <ul className="list stack tight">{rehearsal.differences.map((one) => <li key={`${one.where} ${one.text}`} className="row top"><Icon name={one.narrows ? 'alert' : 'check'} size={14} label={one.narrows ? 'May not fit what exists' : 'Adds'} /><code className="mono">{one.where}</code><span className="wrap">{one.text}</span></li>)}</ul>
        {broken && <Notice look="bad" icon="alert">This would leave values behind that fit nothing. Put them right first, or keep what holds them.
          <ul>{rehearsal.broken.map((one) => <li key={one.where}><code className="mono">{one.where}</code>: {one.items.toLocaleString('en-GB')} {one.items === 1 ? 'item' : 'items'}{one.numbers.length > 0 && <>, such as {one.numbers.slice(0, 5).map((number, i) => <span key={number}>{i > 0 ? ', ' : ''}<Link to={ciPath(number)}>{number}</Link></span>)}</>}</li>)}</ul></Notice>}
        {!broken && <Field label="Why" hint="Kept with this version">{(ids) => <input {...ids} className="input" required data-autofocus maxLength={1000} value={note} onChange={(event) => type(event.target.value)} />}</Field>}
        <ProblemNote error={error} />
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={broken || rehearsal.differences.length === 0}>Save the model</Button><Button look="quiet" onClick={onClose}>Go on editing</Button></div>
      </form>
    </Dialog>
  );
}
