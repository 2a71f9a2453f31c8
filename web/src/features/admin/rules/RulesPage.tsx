// The rules of change enablement: who approves, what is asked about the risk, what sets a floor, and what each model needs. Each
// opens as the version in force and is edited in a form.
import { Link, useParams } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { changeModels, rules } from '../../../api/queries';
import type { ModelDoc, PolicyDoc, QuestionnaireDoc, RiskRulesDoc } from '../../../api/rules';
import { Bones, PageProblem } from '../../../ui/kit';
import { Admin } from '../Admin';
import { ModelEditor } from './ModelEditor';
import { PolicyEditor } from './PolicyEditor';
import { QuestionnaireEditor } from './QuestionnaireEditor';
import { RiskRulesEditor } from './RiskRulesEditor';
import '../../../styles/rules.css';

const parts = [['approvals', 'Who approves'], ['questions', 'Questions about the risk'], ['floors', 'Floors of risk'], ['models', 'Change models']] as const;

export default function RulesPage() {
  const { part = 'approvals', key = 'normal' } = useParams({ strict: false }) as { part?: string; key?: string };
  return (
    <Admin title="Change rules">
      <nav className="segments rules-parts" aria-label="Rules">{parts.map(([id, label]) => <Link key={id} to={`/admin/policy/${id}`} aria-current={part === id ? 'page' : undefined}>{label}</Link>)}</nav>
      {part === 'questions' ? <Questions /> : part === 'floors' ? <Floors /> : part === 'models' ? <Models of={key} /> : <Policy />}
    </Admin>
  );
}

function Policy() {
  const query = useQuery(rules<PolicyDoc>('approval_policy'));
  return query.data ? <PolicyEditor doc={query.data} /> : query.isError ? <PageProblem error={query.error} /> : <Bones lines={8} />;
}
function Questions() {
  const query = useQuery(rules<QuestionnaireDoc>('questionnaire'));
  return query.data ? <QuestionnaireEditor doc={query.data} /> : query.isError ? <PageProblem error={query.error} /> : <Bones lines={8} />;
}
function Floors() {
  const query = useQuery(rules<RiskRulesDoc>('risk_rules'));
  return query.data ? <RiskRulesEditor doc={query.data} /> : query.isError ? <PageProblem error={query.error} /> : <Bones lines={8} />;
}
function Models({ of }: { of: string }) {
  const models = useQuery(changeModels).data?.items ?? [];
  const query = useQuery(rules<ModelDoc>('model', of));
  return (
    <div className="stack loose">
      <nav className="segments" aria-label="Models">{models.map((one) => <Link key={one.key} to={`/admin/policy/models/${one.key}`} aria-current={one.key === of ? 'page' : undefined}>{one.label}</Link>)}</nav>
      {query.data ? <ModelEditor key={of} doc={query.data} /> : query.isError ? <PageProblem error={query.error} /> : <Bones lines={8} />}
    </div>
  );
}
