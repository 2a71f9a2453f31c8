import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { client, me as meQuery } from '../../api/queries';
import type { Me } from '../../api/types';
import { useTitle } from '../../app/session';
import { Button, Field, ProblemNote } from '../../ui/kit';
import { Brand, Proofs } from './Brand';

export default function SetupPage() {
  useTitle('First administrator');
  const navigate = useNavigate();
  const token = useRouterState({ select: (state) => (state.location.search as Record<string, string>).token ?? '' });
  const [typed, setTyped] = useState({ name: '', login: '', email: '', password: '', again: '', token });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const set = (field: keyof typeof typed) => (event: { target: { value: string } }) => setTyped({ ...typed, [field]: event.target.value });
  const differs = typed.again !== '' && typed.again !== typed.password;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (typed.again !== typed.password) return;
    setBusy(true);
    setError(null);
    try {
      const { again: _, ...body } = typed;
      const person = await api.post<Me>('/setup', body);
      client.clear();
      client.setQueryData(meQuery.queryKey, person);
      await navigate({ to: '/admin/people' });
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };

  return (
    <main className="sign">
      <section className="sign-form"><div>
        <Brand />
        <h1>Become the first administrator</h1>
        <p className="dim" style={{ margin: '6px 0 16px' }}>The link from the server’s console works once. Afterwards you add everybody else.</p>
        <form className="stack" onSubmit={(event) => { void submit(event); }}>
          {!token && <Field label="Token" hint="The part after token= in the link that the server printed" wrong={problem?.at('token')}>{(ids) => <input {...ids} className="input mono" required value={typed.token} onChange={set('token')} />}</Field>}
          <Field label="Your name" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" autoComplete="name" required autoFocus value={typed.name} onChange={set('name')} />}</Field>
          <Field label="Login" hint="Short, lower case: what you type to sign in" wrong={problem?.at('login')}>{(ids) => <input {...ids} className="input" autoComplete="username" autoCapitalize="none" required value={typed.login} onChange={set('login')} />}</Field>
          <Field label="Mail address" wrong={problem?.at('email')}>{(ids) => <input {...ids} className="input" type="email" autoComplete="email" required value={typed.email} onChange={set('email')} />}</Field>
          <Field label="Password" hint="At least 12 characters; a sentence is fine" wrong={problem?.at('password')}>{(ids) => <input {...ids} className="input" type="password" autoComplete="new-password" minLength={12} required value={typed.password} onChange={set('password')} />}</Field>
          <Field label="Password again" wrong={differs ? 'The two passwords differ.' : undefined}>{(ids) => <input {...ids} className="input" type="password" autoComplete="new-password" required value={typed.again} onChange={set('again')} />}</Field>
          {problem && problem.errors.length === 0 && <ProblemNote error={problem} />}
          <Button type="submit" look="primary" big wide busy={busy}>Create administrator</Button>
        </form>
      </div></section>
      <section className="sign-side" aria-label="About Cabinet"><div><Proofs /></div></section>
    </main>
  );
}
