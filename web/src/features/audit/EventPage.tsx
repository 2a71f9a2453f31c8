import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { auditProof } from '../../api/queries';
import { useTitle } from '../../app/session';
import { Icon } from '../../ui/Icon';
import { Bones, PageProblem } from '../../ui/kit';
import { exact } from '../../ui/time';
import { ProofView } from './ProofView';

export default function EventPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(auditProof(id));
  const event = query.data;
  useTitle('Proof');
  if (query.isPending) return <div className="page narrow"><Bones lines={8} /></div>;
  if (!event) return <PageProblem level={1} error={query.error} />;
  return (
    <div className="page narrow">
      <Link to="/audit" className="button link no-print"><Icon name="back" size={15} />Audit</Link>
      <header><h1>{event.type}</h1><Link to="/audit" search={{ record: event.record } as never} className="num">History of {event.record}</Link></header>
      <div className="card pad stack loose">
        <p><strong>{event.actor?.name ?? 'Cabinet'}</strong> <span className="dim">{exact(event.at)}{event.via ? `, by ${event.via}` : ''}, version <span className="num">{event.version}</span></span></p>
        {(event.changes ?? []).length > 0 && <table className="plain-table"><thead><tr><th>Field</th><th>Before</th><th>After</th></tr></thead><tbody>{event.changes!.map((change) => <tr key={change.field}><td>{change.field}</td>{change.erased ? <td colSpan={2} className="dim">erased; its proof still holds</td> : <><td>{change.before ?? '–'}</td><td><b>{change.after ?? '–'}</b></td></>}</tr>)}</tbody></table>}
        <ProofView proof={event} />
      </div>
    </div>
  );
}
