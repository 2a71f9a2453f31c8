// The questions about the risk, as radio buttons that a thumb can hit.
import { useQuery } from '@tanstack/react-query';
import { questionnaire } from '../../api/queries';
import { Bones } from '../../ui/kit';

export function Questionnaire({ answers, onAnswer }: { answers: Record<string, string>; onAnswer: (question: string, option: string) => void }) {
  const query = useQuery(questionnaire);
  const questions = query.data?.document.questions;
  if (!questions) return <Bones lines={6} />;
  return (
    <div className="questions">
      {questions.map((question) => (
        <fieldset key={question.key} className="question">
          <legend>{question.text}</legend>
          <div className="options">
            {question.options.map((option) => (
              <label key={option.key} className={`option ${answers[question.key] === option.key ? 'chosen' : ''}`}>
                <input type="radio" name={`question-${question.key}`} checked={answers[question.key] === option.key} onChange={() => onAnswer(question.key, option.key)} />
                <span>{option.text}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}
