// What a run says of relations, or of memberships of groups: made, ended, there already, or not possible.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ciPath } from '../../../api/cmdb';
import { runTies, type Run, type RunTie } from '../../../api/sources';
import { Bones, Button, Empty, ProblemNote } from '../../../ui/kit';
import { tieActions, tieCounts } from './words';

const outcomes: Record<RunTie['done'], string> = { proposed: 'proposed', applied: 'done', undone: 'undone', kept: 'left as it is', failed: 'not done', settled: 'settled' };

export function RunTies({ run, kind }: { run: Run; kind: RunTie['kind'] }) {
  const counts = tieCounts(run.summary, kind);
  const there = tieActions.filter((one) => (counts[one.key] ?? 0) > 0);
  const [action, choose] = useState(there[0]?.key ?? 'new');
  const query = useInfiniteQuery(runTies(run.id, kind, action));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const name = kind === 'relation' ? 'Relations of the run' : 'Memberships of the run';
  return (
    <section className="card" aria-label={name}>
      <header className="run-actions"><div className="segments" role="group" aria-label="Action">{there.map((one) => <button key={one.key} type="button" aria-pressed={one.key === action} onClick={() => choose(one.key)}>{one.label} <span className="num">{counts[one.key]!.toLocaleString('en-GB')}</span></button>)}</div></header>
      <p className="dim small inside">{tieActions.find((one) => one.key === action)?.means[kind]}</p>
      {query.isPending ? <Bones lines={4} /> : query.isError ? <div className="inside"><ProblemNote error={query.error} again={() => { void query.refetch(); }} /></div> : rows.length === 0 ? <Empty icon="check" title="None">Nothing of this run is of that kind.</Empty> : (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={`${name}, as a table`}><table className="plain-table">
          <thead><tr><th scope="col">Item</th><th scope="col">Says</th><th scope="col">{kind === 'relation' ? 'Other item' : 'Group'}</th><th scope="col">Line</th><th scope="col">Outcome</th></tr></thead>
          <tbody>{rows.map((row) => (
            <tr key={row.seq}>
              <th scope="row">{row.from ? <Link to={ciPath(row.from)}>{row.from_name}</Link> : row.key || 'a new item'}</th>
              <td>{row.label}</td>
              <td>{kind === 'member' ? <Link to={`/cis/groups/${row.other}`}>{row.to_name ?? row.other}</Link> : row.to ? <Link to={ciPath(row.to)}>{row.to_name}</Link> : row.other}</td>
              <td className="num">{row.line || '–'}</td>
              <td>{outcomes[row.done]}{row.reason ? <span className="dim small block">{row.reason}</span> : null}</td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
      {query.hasNextPage && <div className="inside"><Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button></div>}
    </section>
  );
}
