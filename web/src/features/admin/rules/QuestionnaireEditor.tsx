// What is asked about the risk of a change, what each answer counts, and from which share of the highest score a change is of
// medium or high risk.
import { useMe } from '../../../app/session';
import type { QuestionnaireDoc } from '../../../api/rules';
import type { Question, RuleDocument } from '../../../api/types';
import { Button, Field, IconButton } from '../../../ui/kit';
import { freshKey, withAt, without } from './edits';
import { ItemCards } from './ItemCards';
import { RulesTrial } from './Trial';
import { useEditing, type Editing } from './useEditing';
import { Workbench } from './Workbench';

const weightWords = ['It does not count', 'It counts once', 'It counts twice', 'It counts three times'];

export function QuestionnaireEditor({ doc }: { doc: RuleDocument<QuestionnaireDoc> }) {
  const may = Boolean(useMe().may['rulebook.manage']);
  const editing = useEditing('questionnaire', 'desk', doc);
  const { value, set } = editing;
  const taken = value.questions.map((one) => one.key);
  const most = value.questions.reduce((sum, one) => sum + 3 * one.weight, 0);
  return (
    <Workbench editing={editing} title="Questions about the risk" has="questions" rehearsal={<RulesTrial editing={editing} what="answers" />}
      intro="Whoever plans a normal change answers them. Each answer counts 0 to 3 points, as often as its question does; what they add up to, in per cent of the most that is possible, gives the risk. Until all are answered, a change is of medium risk at least.">
      <Shares editing={editing} may={may} most={most} />
      <ItemCards<Question> label="Questions" noun="question" items={value.questions} may={may} addLabel="Add a question" onChange={(questions) => set({ ...value, questions })}
        name={(one) => one.text} wrong={(index) => editing.below(`questions[${index}]`)}
        summary={(one) => <p className="small dim">{one.options.map((option) => `${option.text} (${option.points})`).join(' · ')}. {weightWords[one.weight] ?? `It counts ${one.weight} times`}.</p>}
        form={(one, index, change) => <QuestionForm question={one} place={`questions[${index}]`} at={editing.at} onChange={(next) => change(doc.document.questions.some((old) => old.key === one.key) ? next : { ...next, key: freshKey(next.text, taken.filter((_, i) => i !== index), 'question') })} />}
        make={() => ({ key: freshKey('question', taken, 'question'), text: '', weight: 1, options: [{ key: 'no', text: 'No', points: 0 }, { key: 'yes', text: 'Yes', points: 3 }] })} />
    </Workbench>
  );
}

/** Where low ends and high begins, with the band drawn. */
function Shares({ editing, may, most }: { editing: Editing<QuestionnaireDoc>; may: boolean; most: number }) {
  const { value, set, at } = editing;
  const { medium, high } = value;
  const number = (label: string, field: 'medium' | 'high') => <Field label={label} wrong={at(field)} hint={`${Math.ceil(value[field] * most / 100)} of ${most} points`}>{(ids) => <input {...ids} className="input num" type="number" min={1} max={100} readOnly={!may} value={value[field]} onChange={(event) => set({ ...value, [field]: Math.round(Number(event.target.value)) })} />}</Field>;
  return (
    <section className="card pad stack" aria-label="From points to risk">
      <h3>From points to risk</h3>
      <div className="band-bar" role="img" aria-label={`Low below ${medium} per cent, medium from ${medium}, high from ${high}`}><i className="low" style={{ width: `${medium}%` }}>Low</i><i className="medium" style={{ width: `${Math.max(0, high - medium)}%` }}>Medium</i><i className="high" style={{ width: `${Math.max(0, 100 - high)}%` }}>High</i></div>
      <div className="grid2">{number('Medium from, per cent', 'medium')}{number('High from, per cent', 'high')}</div>
    </section>
  );
}

function QuestionForm({ question, place, at, onChange }: { question: Question; place: string; at: Editing<QuestionnaireDoc>['at']; onChange: (next: Question) => void }) {
  const options = (next: Question['options']) => onChange({ ...question, options: next });
  return (
    <>
      <Field label="Question" wrong={at(`${place}.text`)}>{(ids) => <input {...ids} className="input" maxLength={300} value={question.text} onChange={(event) => onChange({ ...question, text: event.target.value })} />}</Field>
      <Field label="How much it counts" wrong={at(`${place}.weight`)}>{(ids) => <select {...ids} className="input" value={question.weight} onChange={(event) => onChange({ ...question, weight: Number(event.target.value) })}>{weightWords.map((word, n) => <option key={n} value={n}>{word}</option>)}</select>}</Field>
      <fieldset className="plain stack tight"><legend className="label">Answers</legend>
        {question.options.map((option, index) => {
          const here = `${place}.options[${index}]`;
          const wrong = at(`${here}.text`) ?? at(`${here}.points`) ?? at(`${here}.key`);
          return (
            <div key={option.key} className="stack tight">
              <div className="answer-row">
                <input className="input" aria-label={`Answer ${index + 1}`} aria-invalid={wrong ? true : undefined} maxLength={300} value={option.text} onChange={(event) => options(withAt(question.options, index, { ...option, text: event.target.value }))} />
                <select className="input" aria-label={`Answer ${index + 1}: points`} value={option.points} onChange={(event) => options(withAt(question.options, index, { ...option, points: Number(event.target.value) }))}>{[0, 1, 2, 3].map((n) => <option key={n} value={n}>{n} {n === 1 ? 'point' : 'points'}</option>)}</select>
                <IconButton icon="x" small label={`Remove answer ${index + 1}`} disabled={question.options.length <= 2} onClick={() => options(without(question.options, index))} />
              </div>
              {wrong && <p className="small red">{wrong}</p>}
            </div>
          );
        })}
        {at(`${place}.options`) && <p className="small red">{at(`${place}.options`)}</p>}
        <div><Button look="link" className="small" icon="plus" onClick={() => options([...question.options, { key: freshKey('answer', question.options.map((one) => one.key), 'answer'), text: '', points: 1 }])}>Add an answer</Button></div>
      </fieldset>
    </>
  );
}
