// The way of a change of one model, drawn, with the same as a table beneath it.
import { useMemo } from 'react';
import type { DraftFlow } from '../../../api/rules';
import { box, pathThrough, picture } from './flow';
import { guardWord } from './words';

export default function FlowDrawing({ flow, label }: { flow: DraftFlow; label: string }) {
  const drawn = useMemo(() => picture(flow), [flow]);
  const called = new Map((flow.states ?? []).map((one) => [one.name, one.label]));
  return (
    <>
      <div className="scroll-x flow-drawing" tabIndex={0} role="region" aria-label={label}>
        <svg viewBox={`0 0 ${drawn.width} ${drawn.height}`} width={drawn.width} height={drawn.height} role="img" aria-label={`${label}: ${drawn.states.map((one) => one.label).join(', ')}. The table below says the same.`}>
          <defs><marker id="flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" /></marker></defs>
          {drawn.moves.map((one) => <path key={one.key} className={one.automatic ? 'by-itself' : ''} d={pathThrough(one.points)} markerEnd="url(#flow-arrow)" />)}
          {drawn.moves.map((one) => <g key={one.key} className="flow-label"><rect x={one.at.x - one.width / 2} y={one.at.y - one.labels.length * box.line / 2} width={one.width} height={one.labels.length * box.line} />{one.labels.map((text, i) => <text key={text} x={one.at.x} y={one.at.y + (i - (one.labels.length - 1) / 2) * box.line + 4}>{text}</text>)}</g>)}
          {drawn.states.map((one) => <g key={one.name} className={`flow-state ${one.start ? 'start' : ''} ${one.final ? 'final' : ''}`}><title>{one.hint}</title><rect x={one.x - box.width / 2} y={one.y - box.height / 2} width={box.width} height={box.height} rx={one.final ? 17 : 7} /><text x={one.x} y={one.y + 4.5}>{one.label}</text></g>)}
        </svg>
      </div>
      <details><summary>The same as a table</summary>
        <table className="plain-table as-cards"><thead><tr><th scope="col">Move</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Only when</th></tr></thead>
          <tbody>{(flow.moves ?? []).map((one) => <tr key={one.event}><td><strong>{one.label}</strong>{one.automatic && <span className="dim small block">by itself</span>}</td><td>{(one.from ?? []).map((name) => called.get(name) ?? name).join(', ')}</td><td>{called.get(one.to) ?? one.to}</td><td className="small dim">{(one.guards ?? []).map((name) => guardWord[name] ?? name).join('; ') || '–'}</td></tr>)}</tbody></table>
      </details>
    </>
  );
}
