import { useEffect, useRef, useSyncExternalStore } from 'react';
import { connection } from '../api/connection';
import { client } from '../api/queries';

/** A quiet bar while the server cannot be reached. Drafts stay in this browser; writes are refused honestly. */
export function ConnectionBar() {
  const up = useSyncExternalStore(connection.subscribe, connection.isUp);
  const was = useRef(true);
  useEffect(() => {
    addEventListener('offline', connection.lost);
    return () => removeEventListener('offline', connection.lost);
  }, []);
  useEffect(() => {
    if (up && !was.current) void client.invalidateQueries();
    was.current = up;
    if (up) return;
    const timer = setInterval(() => { void fetch('/api/v1/about').then((answer) => { if (answer.ok) connection.found(); }).catch(() => undefined); }, 4000);
    return () => clearInterval(timer);
  }, [up]);
  if (up) return null;
  return <div className="connection" role="status"><span className="spin" />No connection to Cabinet. What you type is kept here; sending works again when the connection is back.</div>;
}
