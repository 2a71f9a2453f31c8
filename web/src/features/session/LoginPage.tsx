import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { about, client, me as meQuery } from '../../api/queries';
import type { DemoLogin, Me } from '../../api/types';
import { useTitle } from '../../app/session';
import { Avatar, Button, Field, ProblemNote } from '../../ui/kit';
import { Brand, Proofs } from './Brand';

export default function LoginPage() {
  useTitle('Sign in');
  const info = useQuery(about);
  const navigate = useNavigate();
  const next = useRouterState({ select: (state) => (state.location.search as Record<string, string>).next });
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);

  const enter = async (name: string, secret: string) => {
    setBusy(name);
    setError(null);
    try {
      const person = await api.post<Me>('/session', { login: name, password: secret });
      client.clear();
      client.setQueryData(meQuery.queryKey, person);
      // Only an address of this UI is followed, never another host.
      await navigate({ to: next?.startsWith('/') && !next.startsWith('//') ? next : '/' });
    } catch (problem) {
      setError(problem);
      setBusy('');
    }
  };
  const submit = (event: FormEvent) => { event.preventDefault(); void enter(login, password); };
  const demo = (who: DemoLogin) => { setLogin(who.login); setPassword(who.password); void enter(who.login, who.password); };
  const logins = info.data?.demo_logins ?? [];

  return (
    <main className="sign">
      <section className="sign-form"><div>
        <Brand />
        <h1>Sign in</h1>
        <form className="stack" style={{ marginTop: 16 }} onSubmit={submit}>
          <Field label="Login">{(ids) => <input {...ids} className="input" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus required value={login} onChange={(event) => setLogin(event.target.value)} />}</Field>
          <Field label="Password">{(ids) => <input {...ids} className="input" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />}</Field>
          <ProblemNote error={error} />
          <Button type="submit" look="primary" big wide busy={busy !== ''}>Sign in</Button>
        </form>
        {info.data?.setup_needed && <p className="dim" style={{ marginTop: 16 }}>This Cabinet is new. The server printed a link for its first administrator on its console; open that link to begin.</p>}
        {info.data?.version && <p className="dim small" style={{ marginTop: 24 }}>Cabinet {info.data.version} · <a href="/api/docs">API</a></p>}
      </div></section>
      <section className="sign-side" aria-label={logins.length ? 'Demo logins' : 'About Cabinet'}><div>
        {logins.length > 0 ? <>
          <h2 style={{ marginBottom: 4 }}>Look around as one of these people</h2>
          <p className="dim" style={{ marginBottom: 16 }}>This is a demo organisation. One click signs you in.</p>
          {logins.map((who) => (
            <button key={who.login} type="button" className="demo" disabled={busy !== ''} onClick={() => demo(who)}>
              <Avatar name={who.name} large />
              <span><strong>{who.name}</strong> <span className="dim small">{who.roles.join(', ')}</span></span>
              <code className="mono dim">{who.login}</code>
              <span className="does">{who.does}</span>
            </button>
          ))}
        </> : <Proofs />}
      </div></section>
    </main>
  );
}
