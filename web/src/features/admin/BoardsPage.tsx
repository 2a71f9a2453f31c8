import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { boards, client } from '../../api/queries';
import type { Board } from '../../api/types';
import { toast, toastProblem } from '../../app/toasts';
import { Bones, Button, Empty, Field, PageProblem } from '../../ui/kit';
import { Admin } from './Admin';
import { Members } from './Members';
import { Roster } from './Roster';
import { ruleWords } from '../changes/plan';

export default function BoardsPage() {
  const query = useQuery(boards);
  return (
    <Admin title="Boards">
      <p className="dim" style={{ marginBottom: 16 }}>Boards authorize changes. A new rule counts for approvals that begin after it; running ones keep theirs.</p>
      {query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} /> : query.data.items.length === 0 ? <Empty icon="board" title="No boards yet">The change advisory board and its rule are shown here.</Empty> : <div className="tiles">{query.data.items.map((board) => <BoardCard key={`${board.key}${JSON.stringify(board)}`} board={board} />)}</div>}
    </Admin>
  );
}

function BoardCard({ board }: { board: Board }) {
  const [typed, set] = useState(board);
  const [busy, setBusy] = useState(false);
  const dirty = JSON.stringify(typed) !== JSON.stringify(board);
  const tooMany = typed.rule === 'quorum' && typed.needed > typed.members.length;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try { await api.put(`/boards/${board.key}`, { name: typed.name, rule: typed.rule, needed: typed.rule === 'quorum' ? typed.needed : typed.rule === 'all' ? typed.members.length : 1, members: typed.members.map((one) => one.id) }); await client.invalidateQueries({ queryKey: ['boards'] }); toast(`${typed.name} saved.`); } catch (error) { toastProblem(error); } finally { setBusy(false); }
  };
  return (
    <form className="card side-card" aria-label={board.name} onSubmit={(event) => { void save(event); }}>
      <header><h2 className="grow">{board.name}</h2><span className="dim small mono">{board.key}</span></header>
      <div className="stack" style={{ padding: '10px 14px 0' }}>
        <div className="grid2">
          <Field label="Rule">{(ids) => <select {...ids} className="input" value={typed.rule} onChange={(event) => set({ ...typed, rule: event.target.value as Board['rule'] })}><option value="any">Any one</option><option value="quorum">A number of them</option><option value="all">All of them</option></select>}</Field>
          {typed.rule === 'quorum' && <Field label="How many" wrong={tooMany ? 'More than the board has members.' : undefined}>{(ids) => <input {...ids} className="input num" type="number" min={1} value={typed.needed} onChange={(event) => set({ ...typed, needed: Number(event.target.value) })} />}</Field>}
        </div>
        <p className="small dim">A change needs the approval of {ruleWords({ rule: typed.rule, needed: typed.needed, electorate: typed.members.map(() => ({ eligible: true })) })}. Whoever asked for it or does the work never counts.</p>
      </div>
      <Members members={typed.members ?? []} onChange={(members) => set({ ...typed, members })} />
      <Roster board={board.key} name={board.name} />
      {dirty && <div className="row side-form"><Button type="submit" look="primary" busy={busy} disabled={tooMany}>Save board</Button><Button look="quiet" onClick={() => set(board)}>Leave it as it was</Button></div>}
    </form>
  );
}
