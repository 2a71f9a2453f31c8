// The inputs that a move asks for, by their names in the flow.
import type { Problem } from '../../api/client';
import { closeCodes, outcomeWord, pendingReasons } from '../../api/words';
import { Field } from '../../ui/kit';
import { Writer } from '../../ui/Writer';

type Values = Record<string, string>;
const label: Record<string, string> = { reason: 'Reason', resolution: 'What solved it', close_code: 'Closed as', pending_reason: 'What it waits for', outcome: 'Outcome', close_notes: 'Closing notes', comment: 'Comment', workaround: 'Workaround', root_cause: 'Root cause' };
const hint: Record<string, string> = { resolution: 'The requester reads this', pending_reason: 'The clock stands still until it resumes', reason: 'Kept in the timeline and the audit log' };
const choices: Record<string, { id: string; label: string }[]> = {
  close_code: closeCodes.map((code) => ({ id: code, label: code })),
  pending_reason: pendingReasons.map((reason) => ({ id: reason, label: reason })),
  outcome: Object.entries(outcomeWord).map(([id, word]) => ({ id, label: word })),
};

export function MoveFields({ requires, values, onChange, problem }: { requires: string[]; values: Values; onChange: (values: Values) => void; problem: Problem | null }) {
  return (
    <>
      {requires.map((name, index) => {
        const set = (value: string) => onChange({ ...values, [name]: value });
        const options = choices[name];
        return (
          <Field key={name} label={label[name] ?? name.replaceAll('_', ' ').replace(/^./, (char) => char.toUpperCase())} hint={hint[name]} wrong={problem?.at(name)}>
            {(ids) => (options
              ? <select {...ids} className="input" required value={values[name] ?? ''} onChange={(event) => set(event.target.value)}><option value="" disabled>Choose</option>{options.map((option) => <option key={option.id} value={option.id}>{option.label}</option>)}</select>
              : name === 'reason' || name === 'comment'
                ? <textarea {...ids} className="input" required={name !== 'comment'} autoFocus={index === 0} value={values[name] ?? ''} onChange={(event) => set(event.target.value)} />
                : <Writer id={ids.id} describedBy={ids['aria-describedby']} invalid={ids['aria-invalid']} label={label[name] ?? name} value={values[name] ?? ''} onChange={set} autoFocus={index === 0} />)}
          </Field>
        );
      })}
    </>
  );
}
