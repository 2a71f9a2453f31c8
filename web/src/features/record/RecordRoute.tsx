import { useParams, useRouter } from '@tanstack/react-router';
import { useActs } from '../../app/useActs';
import { Icon } from '../../ui/Icon';
import { parseNumber } from '../../api/words';
import RecordPage from './RecordPage';

/** A record as a page of its own; Escape and Back return to the list, at the same row. */
export default function RecordRoute() {
  const { number = '' } = useParams({ strict: false }) as { number?: string };
  const router = useRouter();
  const back = () => { if (router.history.canGoBack()) router.history.back(); else void router.navigate({ to: '/' }); };
  useActs([{ id: 'back', keys: 'Escape|u', label: 'Back to the list', group: 'Record', quiet: true, run: back }]);
  return (
    <div className="record-page">
      <button type="button" className="button link back no-print" onClick={back}><Icon name="back" size={15} />Back</button>
      <RecordPage number={parseNumber(number) ?? number} />
    </div>
  );
}
