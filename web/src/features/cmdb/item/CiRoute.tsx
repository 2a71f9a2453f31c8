import { useNavigate, useParams, useRouter, useRouterState } from '@tanstack/react-router';
import { parseNumber } from '../../../api/words';
import { useActs } from '../../../app/useActs';
import { Icon } from '../../../ui/Icon';
import CiPage from './CiPage';

/** An item as a page of its own; the moment that is looked at stands in the address. Escape and Back return to the list. */
export default function CiRoute() {
  const { number = '' } = useParams({ strict: false }) as { number?: string };
  const { at, known } = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const router = useRouter();
  const navigate = useNavigate();
  const back = () => { if (router.history.canGoBack()) router.history.back(); else void router.navigate({ to: '/cis' }); };
  useActs([{ id: 'back', keys: 'Escape|u', label: 'Back to the list', group: 'Item', quiet: true, run: back }]);
  const written = parseNumber(number) ?? number;
  return (
    <div className="record-page">
      <button type="button" className="button link back no-print" onClick={back}><Icon name="back" size={15} />Back</button>
      <CiPage key={written} number={written} moment={{ ...(at ? { at } : {}), ...(known ? { known } : {}) }} onMoment={(moment) => { void navigate({ to: `/cis/${written}`, search: moment as never, replace: true }); }} />
    </div>
  );
}
