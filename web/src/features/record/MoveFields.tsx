// The inputs that a move asks for, by their names in the flow.
import type { Problem } from '../../api/client';
import { closeCodes, findingWord, outcomeWord, pendingWord } from '../../api/words';
import { Field } from '../../ui/kit';
import { Writer } from '../../ui/Writer';

type Values = Record<string, string>;
const label: Record<string, string> = { reason: 'Reason', resolution: 'What solved it', close_code: 'Closed as', pending_on: 'Waits for', fulfilment: 'What was delivered', outcome: 'Outcome', close_notes: 'Closing notes', incident: 'Incident', comment: 'Comment', workaround: 'Workaround', root_cause: 'Root cause' };
const hint: Record<string, string> = { resolution: 'The requester reads this', pending_on: 'The clock stands still until it resumes', fulfilment: 'The requester reads this', reason: 'Kept in the timeline and the audit log', incident: 'For which it cannot wait, such as INC-000123' };
const choices: Record<string, { id: string; label: string }[]> = {
  close_code: closeCodes.map((code) => ({ id: code, label: code })),
  pending_on: Object.entries(pendingWord).map(([id, word]) => ({ id, label: word })),
  outcome: Object.entries(outcomeWord).map(([id, word]) => ({ id, label: word })),
};
const findings = Object.entries(findingWord).map(([id, word]) => ({ id, label: word }));
/** Asked for although the flow does not require it of every such move. */
const alsoAsked: Record<string, string[]> = { break_glass: ['incident'] };

/** What a move takes beside what it requires. */
export const optionalFields: Record<string, string[]> = { resolve: ['close_code'], fulfil: ['fulfilment'] };
const optionalOf = (kind: string, event: string): string[] => (optionalFields[event] ?? []).filter((name) => name !== 'close_code' || kind === 'incident');
/** All inputs of a move, and which of them may stay empty. */
export const inputsOf = (kind: string, move: { event: string; requires: string[] | null }): { names: string[]; optional: string[] } => {
  const optional = optionalOf(kind, move.event).filter((name) => !move.requires?.includes(name));
  return { names: [...move.requires ?? [], ...alsoAsked[move.event] ?? [], ...optional], optional };
};

export function MoveFields({ event: moving, requires, optional = [], values, onChange, problem }: { event?: string; requires: string[]; optional?: string[]; values: Values; onChange: (values: Values) => void; problem: Problem | null }) {
  return (
    <>
      {requires.map((name, index) => {
        const set = (value: string) => onChange({ ...values, [name]: value });
        const options = name === 'outcome' && moving === 'judge' ? findings : choices[name];
        return (
          <Field key={name} optional={optional.includes(name)} label={label[name] ?? name.replaceAll('_', ' ').replace(/^./, (char) => char.toUpperCase())} hint={hint[name]} wrong={problem?.at(name)}>
            {(ids) => (options
              ? <select {...ids} className="input" required={!optional.includes(name)} autoFocus={index === 0} value={values[name] ?? ''} onChange={(event) => set(event.target.value)}><option value="" disabled={!optional.includes(name)}>{optional.includes(name) ? 'Not said' : 'Choose'}</option>{options.map((option) => <option key={option.id} value={option.id}>{option.label}</option>)}</select>
              : name === 'incident' ? <input {...ids} className="input" required value={values[name] ?? ''} onChange={(event) => set(event.target.value)} />
              : name === 'reason' || name === 'comment'
                ? <textarea {...ids} className="input" required={name !== 'comment'} autoFocus={index === 0} value={values[name] ?? ''} onChange={(event) => set(event.target.value)} />
                : <Writer id={ids.id} describedBy={ids['aria-describedby']} invalid={ids['aria-invalid']} label={label[name] ?? name} value={values[name] ?? ''} onChange={set} autoFocus={index === 0} />)}
          </Field>
        );
      })}
    </>
  );
}
