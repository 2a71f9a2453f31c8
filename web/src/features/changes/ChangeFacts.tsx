import type { Change } from '../../api/types';
import { riskWord } from '../../api/words';
import { Person, RiskMark } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { windowText } from '../../ui/time';
import { amend } from '../record/edits';
import { Prop } from '../record/Properties';

export default function ChangeFacts({ change }: { change: Change }) {
  const may = Boolean(change.may.amend_plan ?? change.may.amend);
  return (
    <section className="card side-card" aria-label="Change">
      <dl className="props">
        <Prop label="Risk">{may ? <Picker className="inplace" label="Risk" choices={Object.entries(riskWord).map(([id, label]) => ({ id, label }))} value={change.risk} onPick={(choice) => { void amend(change, { risk: choice.id }, { risk: choice.id as Change['risk'] }, { body: { risk: change.risk }, what: 'Risk' }); }}><RiskMark risk={change.risk} /></Picker> : <RiskMark risk={change.risk} />}</Prop>
        <Prop label="Model"><span>{change.model.replace(/^./, (char) => char.toUpperCase())}</span></Prop>
        <Prop label="Owner"><Person person={change.owner} /></Prop>
        {change.actual_start && <Prop label="Done"><span>{windowText(change.actual_start, change.actual_end)}</span></Prop>}
      </dl>
    </section>
  );
}
