import { useState } from 'react';
import type { Session } from './api';
import { Dashboard } from './dashboard';
import { Login } from './login';
import { useEcho } from './realtime';

export function App() {
  const [session, setSession] = useState<Session>();
  return session === undefined ? <Login onLogin={setSession} /> : <Connected session={session} />;
}

function Connected({ session }: { session: Session }) {
  const echo = useEcho(session);
  return echo && <Dashboard key={session.token} echo={echo} session={session} />;
}
