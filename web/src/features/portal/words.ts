// What a record's state means to the person who asked: where it is, what happens next, and what they can do. Pure.
import type { Move, Person, Team, Ticket, TicketRow, Tone } from '../../api/types';

type Seen = Pick<TicketRow, 'kind' | 'state' | 'state_label' | 'category' | 'tone' | 'assignee' | 'team'> & { pending_on?: string | null; tasks?: Ticket['tasks'] };

export interface Plain { label: string; tone: Tone; step: number; next: string; yours: boolean }

/** The stations that a requester sees; a record stands at one of them, or was withdrawn. */
export const stations: Record<string, readonly string[]> = {
  incident: ['Received', 'Being fixed', 'Fixed', 'Closed'],
  request: ['Received', 'Being prepared', 'Delivered', 'Closed'],
};
export const stationsOf = (kind: string): readonly string[] => stations[kind] ?? ['Received', 'In work', 'Done', 'Closed'];

const first = (person: Person) => person.name.split(' ')[0]!;
const hands = (one: { assignee: Person | null; team: Team | null }): string => one.assignee?.name ?? one.team?.name ?? 'The service desk';

/** Who has it, for the line under the title. */
export const owner = (one: { assignee: Person | null; team: Team | null }): string =>
  one.assignee ? (one.team ? `${one.assignee.name}, ${one.team.name}` : one.assignee.name) : one.team?.name ?? 'Nobody yet';

const waits: Record<string, { label: string; next: string }> = {
  vendor: { label: 'Waiting for a supplier', next: 'A supplier has to do something first. You need not do anything; the news comes here.' },
  change: { label: 'Waiting for a planned change', next: 'A planned change will solve this. You need not do anything; the news comes here.' },
  problem: { label: 'Waiting for a lasting fix', next: 'The cause is being looked for. You need not do anything; the news comes here.' },
};

function progress(tasks: Seen['tasks']): string {
  const all = (tasks ?? []).filter((task) => task.state !== 'skipped');
  const done = all.filter((task) => task.state === 'done').length;
  return all.length > 1 ? ` ${done} of ${all.length} steps are done.` : '';
}

/** The state in plain words. States that this table does not know are shown by the flow's own label. */
export function plain(one: Seen): Plain {
  const at = (step: number, label: string, next: string, yours = false): Plain => ({ label, tone: one.tone, step, next, yours });
  switch (`${one.kind} ${one.state}`) {
    case 'incident new': case 'request submitted': return at(0, 'Received', one.assignee || one.team ? `${hands(one)} looks at it next.` : 'The service desk reads it next and gives it to the right people. You will see their names here.');
    case 'incident assigned': return at(0, 'Received', `${hands(one)} looks at it next.`);
    case 'incident in_progress': return at(1, 'Being fixed', `${hands(one)} is working on it. News and questions come here.`);
    case 'incident pending': {
      if (one.pending_on === 'user') return at(1, 'Waiting for you', `${hands(one)} needs an answer from you. Reply below, and the work goes on.`, true);
      const wait = waits[one.pending_on ?? ''];
      return wait ? at(1, wait.label, wait.next) : at(1, 'Waiting', 'It waits for something outside the team. The reason is in the messages below.');
    }
    case 'incident resolved': return at(2, 'Fixed, please check', 'If it works again, close it. If it does not, say what is still wrong and the work goes on.', true);
    case 'request in_fulfilment': return at(1, 'Being prepared', `${hands(one)} is preparing it.${progress(one.tasks)}`);
    case 'request fulfilled': return at(2, 'Delivered, please check', 'If you have what you asked for, close it. If something is missing, say what and the work goes on.', true);
    case 'incident closed': case 'request closed': return at(3, 'Closed', 'This is over. If it comes back, report it anew and name this number.');
  }
  switch (one.category) {
    case 'cancelled': return at(-1, one.state_label, 'Nobody works on this any more.');
    case 'done': return at(one.tone === 'closed' ? 3 : 2, one.state_label, 'This is done.');
    case 'waiting': return at(1, one.state_label, 'It waits for something. You need not do anything unless somebody asks you here.');
    default: return at(one.tone === 'new' ? 0 : 1, one.state_label, `${hands(one)} has it. The news comes here.`);
  }
}

export interface Act { event: string; label: string; does: string; ask: string | null; look: 'primary' | '' | 'quiet' }

/** What the person who asked can do about it, among the moves that are open to them. */
export function actsOf(kind: string, moves: readonly Move[]): Act[] {
  const words: Record<string, Omit<Act, 'event'>> = {
    close: { label: kind === 'incident' ? 'It works, close it' : 'I have it, close it', does: 'Closed. Thank you.', ask: null, look: 'primary' },
    reopen: { label: kind === 'incident' ? 'It is still broken' : 'Something is missing', does: 'It is being worked on again.', ask: kind === 'incident' ? 'What is still wrong?' : 'What is missing?', look: '' },
    cancel: { label: 'I no longer need this', does: 'Withdrawn. Nobody works on it any more.', ask: 'Why not? A few words are enough.', look: 'quiet' },
  };
  return Object.entries(words).flatMap(([event, act]) => (moves.some((move) => move.event === event && !move.blocked) ? [{ event, ...act }] : []));
}

const acts: Record<string, string> = {
  reported: 'reported this', submitted: 'asked for this', started: 'began to work on it', pended: 'paused it', resumed: 'went on with it', resolved: 'fixed it',
  fulfilled: 'delivered it', closed: 'closed it', reopened: 'said that it is not over', cancelled: 'withdrew it',
};

/** How a record's requester is told of an act of the desk. Null for what says nothing to them. */
export function told(entry: { type: string; kind: string; label: string; actor: { name: string }; changes: { field: string; after: string | null }[] | null }, me: string): string | null {
  const who = entry.actor.name === me ? 'You' : entry.actor.name === 'system' ? 'Cabinet' : entry.actor.name;
  const what = entry.type.slice(entry.type.indexOf('.') + 1);
  const after = (field: string) => entry.changes?.find((change) => change.field === field)?.after ?? null;
  if (what === 'amended' || what === 'watched' || what === 'unwatched' || what.startsWith('priority_')) return null;
  if (what === 'assigned') {
    const to = after('assignee') ?? after('team');
    return to ? `${to} has it now` : null;
  }
  // Of the steps of a request only that they are done is news to who asked for it.
  if (entry.type.startsWith('task.') && what !== 'finished') return null;
  return what === 'answered' ? null : `${who} ${acts[what] ?? entry.label}`;
}

export const greet = (person: Person): string => first(person);
