import type { Change } from '../../api/types';
import { categoryWord, environmentWord, reasonWord, riskWord } from '../../api/words';
import { Person } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { windowText } from '../../ui/time';
import { amend } from '../record/edits';
import { Prop } from '../record/Properties';
import { RiskCard } from './RiskCard';

export default function ChangeFacts({ change }: { change: Change }) {
  const may = Boolean(change.may.amend_plan ?? change.may.amend);
  return (
    <>
      <RiskCard change={change} />
      <section className="card side-card" aria-label="Change">
        <dl className="props">
          <Prop label="Model"><span>{change.model_label}{change.model_version > 1 ? <span className="dim small"> version {change.model_version}</span> : null}</span></Prop>
          {may && <Prop label="At least"><Picker className="inplace" label="At least this risk" choices={Object.entries(riskWord).map(([id, label]) => ({ id, label }))} value={change.risk_detail.chosen ?? change.risk} onPick={(choice) => { void amend(change, { risk: choice.id }, {}, { body: { risk: change.risk_detail.chosen ?? change.risk }, what: 'Risk' }); }}>{change.risk_detail.chosen ? riskWord[change.risk_detail.chosen as Change['risk']] : <span className="dim">as computed</span>}</Picker></Prop>}
          <Prop label="Category">{may ? <Picker className="inplace" label="Category" choices={Object.entries(categoryWord).map(([id, label]) => ({ id, label }))} value={change.plan.category} onPick={(choice) => { void amend(change, { plan: { category: choice.id } }, {}); }}>{categoryWord[change.plan.category ?? ''] ?? <span className="dim">not said</span>}</Picker> : <span>{categoryWord[change.plan.category ?? ''] ?? '–'}</span>}</Prop>
          <Prop label="Because of">{may ? <Picker className="inplace" label="Reason" choices={Object.entries(reasonWord).map(([id, label]) => ({ id, label }))} value={change.plan.reason_code} onPick={(choice) => { void amend(change, { plan: { reason_code: choice.id } }, {}); }}>{reasonWord[change.plan.reason_code ?? ''] ?? <span className="dim">not said</span>}</Picker> : <span>{reasonWord[change.plan.reason_code ?? ''] ?? '–'}</span>}</Prop>
          {change.plan.environment && <Prop label="In"><span>{environmentWord[change.plan.environment]}</span></Prop>}
          <Prop label="Owner"><Person person={change.owner} /></Prop>
          {change.plan.tester && <Prop label="Tester"><Person person={change.plan.tester} /></Prop>}
          {change.actual_start && <Prop label="Done"><span>{windowText(change.actual_start, change.actual_end)}</span></Prop>}
        </dl>
      </section>
    </>
  );
}
