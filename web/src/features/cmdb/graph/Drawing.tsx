// The drawing with its tools: how items are put together, what was opened, the way to what is chosen.
import { lazy, Suspense, useMemo, useState } from 'react';
import type { GraphItem, ImpactNode } from '../../../api/cmdb';
import { boxes, roomy, way, type By, type Link, type Vertex } from '../../../ui/graph';
import { Icon } from '../../../ui/Icon';
import { Bones, Button } from '../../../ui/kit';

const CiGraph = lazy(() => import('../../../ui/CiGraph'));
interface Props { label: string; start: string; vertices: Vertex[]; links: Link[]; reached: readonly (GraphItem & { level: number; path?: ImpactNode['path'] })[]; onVisit: (number: string) => void }

export function Drawing({ label, start, vertices, links, reached, onVisit }: Props) {
  const [by, group] = useState<By | 'none'>('class');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [chosen, choose] = useState<string | null>(null);
  const [focused, focus] = useState(false);
  const path = useMemo((): ReadonlySet<string> => {
    if (!chosen || chosen === start) return new Set();
    const known = reached.find((one) => one.number === chosen)?.path;
    return new Set(known ? [start, ...known.flatMap((step) => (step.number ? [step.number] : []))] : way(links, start, chosen));
  }, [chosen, start, reached, links]);
  // Focused: the way to what is chosen, and its neighbours.
  const near = useMemo(() => (focused && chosen ? new Set([...path, start, chosen, ...links.flatMap((link) => (link.from === chosen ? [link.to] : link.to === chosen ? [link.from] : []))]) : null), [focused, chosen, path, start, links]);
  const seen = useMemo(() => (near ? vertices.filter((one) => near.has(one.id)) : vertices), [near, vertices]);
  const never = useMemo(() => new Set([start, ...path]), [start, path]);
  const drawn = useMemo(() => boxes(seen, by, open, never), [seen, by, open, never]);
  const name = (id: string) => vertices.find((one) => one.id === id)?.name ?? id;
  const close = (key: string) => setOpen(new Set([...open].filter((one) => one !== key && !one.startsWith(key))));

  return (
    <section className="card drawing no-print" aria-label="Drawing">
      <div className="row wraps drawing-tools">
        <h2>Drawing</h2>
        {vertices.length > roomy && <label className="row small"><span className="dim">Put together by</span><select className="input depth-input" value={by} onChange={(event) => { group(event.target.value as By | 'none'); setOpen(new Set()); }}><option value="class">class</option><option value="site">site</option>{vertices.length <= 200 && <option value="none">nothing</option>}</select></label>}
        {[...open].filter((key) => key.split('/').length === 2).map((key) => <span key={key} className="chip"><span className="chip-text">{key.slice(key.indexOf('|') + 1, -1)}</span><button type="button" className="chip-x" aria-label={`Close ${key.slice(key.indexOf('|') + 1, -1)}`} onClick={() => close(key)}><Icon name="x" size={12} /></button></span>)}
        <span className="grow" />
        {chosen && <>
          <span className="small"><strong>{name(chosen)}</strong></span>
          <Button look="link" className="small" aria-pressed={focused} onClick={() => focus(!focused)}>{focused ? 'Show everything' : 'Focus'}</Button>
          <Button look="link" className="small" onClick={() => onVisit(chosen)}>Open it</Button>
          <Button look="link" className="small" onClick={() => { choose(null); focus(false); }}>Let go</Button>
        </>}
        {!chosen && <span className="dim small only-desk">Choose a box to see the way to it; arrows go from box to box</span>}
      </div>
      <Suspense fallback={<div className="graph"><Bones lines={6} /></div>}>
        <CiGraph label={label} drawn={drawn} links={links} start={start} chosen={chosen} path={path} onChoose={(id) => { choose(id); if (!id) focus(false); }} onOpen={(key) => setOpen(new Set([...open, key]))} onVisit={onVisit} />
      </Suspense>
    </section>
  );
}
