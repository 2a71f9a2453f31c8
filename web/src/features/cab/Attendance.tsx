// Who is expected, who comes, who is in the room.
import { useState } from 'react';
import { api } from '../../api/client';
import { inRoom, type Attendee, type Meeting } from '../../api/rooms';
import { Icon } from '../../ui/Icon';
import { Avatar, IconButton } from '../../ui/kit';
import { Picker } from '../../ui/Picker';

export function Attendance({ meeting }: { meeting: Meeting }) {
  const people = [...(meeting.people ?? [])].sort((a, b) => Number(b.present) - Number(a.present) || Number(a.guest) - Number(b.guest));
  const open = meeting.state === 'planned' || meeting.state === 'in_progress';
  const [busy, setBusy] = useState(false);
  const invite = async (person: string) => { setBusy(true); await inRoom(meeting.id, () => api.post<Meeting>(`/meetings/${meeting.id}/people`, { person })); setBusy(false); };
  return (
    <section className="card side-card" aria-label="Attendance">
      <header><h2 className="grow">{meeting.state === 'in_progress' ? `In the room: ${people.filter((one) => one.present).length}` : 'Attendance'}</h2></header>
      {people.length === 0 ? <p className="inside small dim">The board is invited when the meeting is announced.</p> : (
        <ul className="list side-list">
          {people.map((one) => (
            <li key={one.person.id} className="row attendee">
              <Avatar name={one.person.name} />
              <span className={`grow clip ${one.present || meeting.state !== 'in_progress' ? '' : 'dim'}`}>{one.person.name}{one.on_behalf_of ? <span className="dim small"> for {one.on_behalf_of.name}</span> : one.guest ? <span className="dim small"> guest</span> : null}</span>
              <span className={`small ${one.present ? 'there' : 'dim'}`}>{one.present && <Icon name="check" size={12} />} {where(one, meeting)}</span>
              {one.present && meeting.may.lead && <IconButton small icon="x" className="no-print" label={`${one.person.name} has left`} onClick={() => { void inRoom(meeting.id, () => api.post<Meeting>(`/meetings/${meeting.id}/leave`, { person: one.person.id })); }} />}
            </li>
          ))}
        </ul>
      )}
      {meeting.may.lead && open && <div className="inside no-print"><Picker label="Invite a guest" from="people" disabled={busy} onPick={(choice) => { if (choice.id) void invite(choice.id); }}><span className="dim">Invite a guest</span></Picker></div>}
    </section>
  );
}

function where(one: Attendee, meeting: Meeting): string {
  if (one.present) return 'here';
  if (meeting.state === 'ended') return one.came ? 'was there' : one.answer === 'no' ? 'excused' : 'absent';
  if (one.came) return 'has left';
  return one.answer === 'yes' ? 'comes' : one.answer === 'no' ? 'does not come' : 'invited';
}
