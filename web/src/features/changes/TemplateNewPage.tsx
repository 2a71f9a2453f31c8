// A new template of standard changes.
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, asProblem, type Problem } from '../../api/client';
import { client } from '../../api/queries';
import type { TemplateDoc, TemplateEdition } from '../../api/types';
import { useTitle } from '../../app/session';
import { Field } from '../../ui/kit';
import { emptyTemplate, TemplateForm } from './TemplateForm';

export default function TemplateNewPage() {
  useTitle('New template');
  const navigate = useNavigate();
  const [key, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = async (template: TemplateDoc) => {
    setBusy(true);
    setProblem(null);
    try {
      const made = await api.post<TemplateEdition>('/change-templates', { key: key.trim(), template });
      void client.invalidateQueries({ queryKey: ['change-templates'] });
      await navigate({ to: '/standard-changes/$key' as string, params: { key: made.key } as never });
    } catch (error) { setProblem(asProblem(error)); setBusy(false); }
  };
  return (
    <div className="page narrow stack loose">
      <header><h1>New template</h1></header>
      <p className="dim">What is done the same way each time is approved once. It is a draft until you put it to the board, with changes that went well.</p>
      <TemplateForm given={emptyTemplate} busy={busy} problem={problem} save="Save draft" onSave={(doc) => { void save(doc); }} onLeave={() => { void navigate({ to: '/standard-changes' }); }}>
        <Field label="Key" hint="Lower-case letters, digits and dashes; it stands in addresses" wrong={problem?.at('key')}>{(ids) => <input {...ids} className="input mono" required maxLength={60} pattern="[a-z0-9]+(-[a-z0-9]+)*" placeholder="renew-a-certificate" value={key} onChange={(event) => type(event.target.value)} />}</Field>
      </TemplateForm>
    </div>
  );
}
