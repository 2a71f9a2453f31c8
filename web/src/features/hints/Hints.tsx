// First-run hints: once per kind of person, in the flow of the page so that they cover nothing, gone for good when put away.
import { api } from '../../api/client';
import { client, me as meQuery } from '../../api/queries';
import { useMe } from '../../app/session';
import { toastProblem } from '../../app/toasts';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/kit';
import { guideFor, putAway } from './hints';
import '../../styles/hints.css';

export function Hints({ place }: { place: 'portal' | 'desk' }) {
  const me = useMe();
  const guide = me.id ? guideFor(me, place) : null;
  if (!guide) return null;
  const away = () => {
    const before = me.preferences;
    const preferences = putAway(before, guide.key);
    client.setQueryData(meQuery.queryKey, { ...me, preferences });
    api.put('/me/preferences', preferences).catch((error: unknown) => { client.setQueryData(meQuery.queryKey, { ...me, preferences: before }); toastProblem(error); });
  };
  return (
    <section className={`hints ${place}-hints no-print`} aria-label={guide.title}>
      <header className="row apart"><h2 className="row"><Icon name="bulb" />{guide.title}</h2><Button look="link" className="small" onClick={away}>Got it</Button></header>
      <ul className="list">{guide.hints.map((hint) => <li key={hint.text}>{hint.keys?.map((key) => <kbd key={key} className="only-desk">{key}</kbd>)}<span>{hint.text}</span></li>)}</ul>
    </section>
  );
}
export default Hints;
