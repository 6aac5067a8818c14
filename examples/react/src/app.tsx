import type { Session } from './api';
import { Dashboard } from './dashboard';
import { Login } from './login';
import { useEcho } from './realtime';
import { useSession } from './session';

export function App() {
  const { session, logIn, logOut } = useSession();
  return session === undefined ? (
    <Login onLogin={logIn} />
  ) : (
    <Connected session={session} onLogout={logOut} />
  );
}

function Connected({ session, onLogout }: { session: Session; onLogout: () => void }) {
  const echo = useEcho(session);
  return echo && <Dashboard key={session.token} echo={echo} session={session} onLogout={onLogout} />;
}
