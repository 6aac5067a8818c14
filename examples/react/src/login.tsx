import { useActionState } from 'react';
import { login, type Session } from './api';

/** Logs in with the address and password of a user of Laravel. */
export function Login({ onLogin }: { onLogin: (session: Session) => void }) {
  const [refusal, submit, isPending] = useActionState(async (_before: string | undefined, form: FormData) => {
    try {
      onLogin(await login(String(form.get('email')), String(form.get('password'))));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, undefined);
  return (
    <form className="login" action={submit}>
      <h1>Collections</h1>
      <input name="email" type="email" placeholder="E-mail" required />
      <input name="password" type="password" placeholder="Password" required />
      <button disabled={isPending}>Log in</button>
      {refusal !== undefined && <p role="alert">{refusal}</p>}
    </form>
  );
}
