import { useActionState, useState } from 'react';
import { login, type Session } from './api';

/** Users of Laravel's seeder who have something to see here. */
const DEMO_USERS = [
  { name: 'Marta', what: 'manager, told of payments' },
  { name: 'Carlos', what: 'cobrador, registers payments' },
  { name: 'Nadia', what: 'client, told of her own payments' },
  { name: 'Ada', what: 'admin' },
];
const DEMO_PASSWORD = 'password';

/** Logs in with the address and password of a user of Laravel. */
export function Login({ onLogin }: { onLogin: (session: Session) => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [refusal, submit, isPending] = useActionState(async () => {
    try {
      onLogin(await login(email, password));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, undefined);
  return (
    <main className="login">
      <h1>Collections</h1>
      <form action={submit}>
        <label>
          E-mail
          <input
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => {
              setEmail(event.target.value);
            }}
          />
        </label>
        <label>
          Password
          <input
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => {
              setPassword(event.target.value);
            }}
          />
        </label>
        <button disabled={isPending}>{isPending ? 'Logging in…' : 'Log in'}</button>
        {refusal !== undefined && <p role="alert">{refusal}</p>}
      </form>
      <section aria-labelledby="demo-users">
        <h2 id="demo-users">Demo users</h2>
        <p className="hint">
          One click fills the form; the password is <code>{DEMO_PASSWORD}</code>. Take another in a second
          tab.
        </p>
        <ul>
          {DEMO_USERS.map(({ name, what }) => (
            <li key={name}>
              <button
                type="button"
                className="plain"
                onClick={() => {
                  setEmail(`${name.toLowerCase()}@example.com`);
                  setPassword(DEMO_PASSWORD);
                }}
              >
                {name}
              </button>{' '}
              <small>{what}</small>
            </li>
          ))}
        </ul>
      </section>
    </main>
  );
}
