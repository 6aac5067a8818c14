import { useCallback, useEffect, useState } from 'react';
import { isGood, type Session } from './api';

const KEY = 'session';

/**
 * Who is logged in, also after a reload. Each tab has a session of its own, so that two users can be tried side by side.
 */
export function useSession() {
  const [session, setSession] = useState<Session | undefined>(stored);
  const logIn = useCallback((next: Session) => {
    sessionStorage.setItem(KEY, JSON.stringify(next));
    setSession(next);
  }, []);
  const logOut = useCallback(() => {
    sessionStorage.removeItem(KEY);
    setSession(undefined);
  }, []);

  // A token ends with the database it was made in.
  useEffect(() => {
    let isCurrent = session !== undefined;
    if (session !== undefined) {
      void isGood(session).then((good) => {
        if (!good && isCurrent) logOut();
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [session, logOut]);
  return { session, logIn, logOut };
}

function stored(): Session | undefined {
  const text = sessionStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as Session);
}
