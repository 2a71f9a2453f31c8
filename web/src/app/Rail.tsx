// The rail: what this person works with, nine places at most, and everything else behind "More", where they choose what stays.
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { api } from '../api/client';
import { client, me as meQuery } from '../api/queries';
import type { Me } from '../api/types';
import { Icon } from '../ui/Icon';
import { Button, IconButton } from '../ui/kit';
import { arrange, groups, keeping, keptIn, most, type Area } from './areas';
import { toastProblem } from './toasts';
import { useAreas } from './useAreas';

export function Rail({ me, open, onClose }: { me: Me; open: boolean; onClose: () => void }) {
  const areas = useAreas(me);
  const [wide, widen] = useState(false);
  const id = useId();
  const kept = keptIn(me.preferences);
  const { shown, more } = arrange(areas, me.roles.map((role) => role.role), kept);
  const chosen = kept ?? shown.slice(0, most).map((one) => one.key);
  const keep = (rail: string[] | null) => {
    const before = me.preferences;
    const preferences = keeping(before, rail);
    client.setQueryData(meQuery.queryKey, { ...me, preferences });
    api.put('/me/preferences', preferences).catch((error: unknown) => { client.setQueryData(meQuery.queryKey, { ...me, preferences: before }); toastProblem(error); });
  };
  const pin = (area: Area) => {
    const on = chosen.includes(area.key);
    return <IconButton small className="rail-pin" icon={on ? 'x' : 'plus'} aria-disabled={!on && chosen.length >= most} label={on ? `Take ${area.label} out of the rail` : chosen.length >= most ? `The rail is full: take something out to keep ${area.label}` : `Keep ${area.label} in the rail`} onClick={() => { if (on) keep(chosen.filter((key) => key !== area.key)); else if (chosen.length < most) keep([...chosen, area.key]); }} />;
  };
  return (
    <>
      {open && <button type="button" className="rail-shade" aria-label="Close the menu" onClick={onClose} />}
      <nav className={`rail ${open ? 'open' : ''} ${wide ? 'wide' : ''}`} aria-label="Areas">
        <ul className="list">{shown.map((area) => <Item key={area.key} area={area}>{wide && pin(area)}</Item>)}</ul>
        {more.length > 0 && <button type="button" className="rail-more" title={wide ? 'Less' : 'More'} aria-expanded={wide} aria-controls={id} onClick={() => widen(!wide)}><Icon name={wide ? 'down' : 'dots'} size={17} /><span className="rail-label">{wide ? 'Less' : 'More'}</span></button>}
        <div id={id} hidden={!wide}>
          {wide && groups.map((group) => { const own = more.filter((area) => area.group === group); return own.length > 0 && <section key={group} aria-label={group}><h2>{group}</h2><ul className="list">{own.map((area) => <Item key={area.key} area={area}>{pin(area)}</Item>)}</ul></section>; })}
          {wide && kept && <Button look="link" className="small rail-reset" onClick={() => keep(null)}>As it was for my role</Button>}
        </div>
      </nav>
    </>
  );
}

function Item({ area, children }: { area: Area; children?: React.ReactNode }) {
  const written = area.count ? `${area.count}${area.capped ? '+' : ''}` : '';
  return (
    <li className="rail-item">
      <Link to={area.to} search={(area.search ?? {}) as never} className={area.active ? 'active' : ''} aria-current={area.active ? 'page' : undefined} activeProps={{}} title={area.label}>
        <Icon name={area.icon} size={17} /><span className="rail-label clip">{area.label}</span>
        {written && <span className={`count num ${area.strong ? 'strong' : ''}`}>{written}</span>}
      </Link>
      {children}
    </li>
  );
}
