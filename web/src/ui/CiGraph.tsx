// The drawing of a graph of items: boxes from left to right by how they hang together. It is HTML, so that it follows the
// theme, prints, and is reached from the keyboard: every box is a button, arrows go from box to box. The only file that
// knows the libraries behind it.
import dagre from '@dagrejs/dagre';
import { Background, Controls, Handle, MarkerType, Position, ReactFlow, useReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { Icon } from './Icon';
import { lines, type Box, type Link } from './graph';

interface Props {
  label: string; drawn: Box[]; links: Link[]; start: string; chosen: string | null; path: ReadonlySet<string>;
  onChoose: (id: string | null) => void; onOpen: (key: string) => void; onVisit: (id: string) => void;
}
type Data = { box: Box; start: boolean; chosen: boolean; dim: boolean; onPath: boolean; act: () => void; visit: () => void };
const width = 184, height = 50;

function place(drawn: Box[], between: { from: string; to: string }[]): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 40, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of drawn) graph.setNode(box.key, { width, height });
  for (const line of between) graph.setEdge(line.from, line.to);
  dagre.layout(graph);
  return new Map(drawn.map((box) => { const at = graph.node(box.key) as { x: number; y: number }; return [box.key, { x: at.x - width / 2, y: at.y - height / 2 }]; }));
}

function CiBox({ data }: NodeProps<Node<Data>>) {
  const { box, start, chosen, dim, onPath, act, visit } = data;
  const one = box.members.length === 1 ? box.members[0]! : null;
  const risk = one?.mark === 'risk';
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} tabIndex={-1} aria-hidden />
      <button type="button" data-key={box.key} className={`graph-box nopan ${one ? '' : 'many'} ${start ? 'start' : ''} ${chosen ? 'chosen' : ''} ${dim ? 'dim-box' : ''} ${onPath ? 'on-path' : ''} ${risk ? 'risk-box' : ''} ${one?.mark === 'service' ? 'service-box' : ''}`}
        aria-pressed={one ? chosen : undefined} aria-expanded={one ? undefined : false} title={one ? `${box.label}, ${box.under}${one.note ? `, ${one.note}` : ''}` : `${box.label}: open`} onClick={act} onDoubleClick={one ? visit : undefined}>
        <span className="graph-name">{one?.mark === 'service' && <Icon name="star" size={12} label="Service" />}{risk && <Icon name="alert" size={12} label="At risk" />}{!one && <Icon name="plus" size={12} />}<span className="clip">{box.label}</span></span>
        <span className="graph-under clip">{risk ? 'loses redundancy · ' : ''}{box.under}</span>
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} tabIndex={-1} aria-hidden />
    </>
  );
}
const types = { ci: CiBox };

export default function CiGraph({ label, drawn, links, start, chosen, path, onChoose, onOpen, onVisit }: Props) {
  const wrap = useRef<HTMLDivElement>(null);
  const between = useMemo(() => lines(drawn, links), [drawn, links]);
  const places = useMemo(() => place(drawn, between), [drawn, between]);
  const lit = path.size > 0;
  const nodes: Node<Data>[] = drawn.map((box) => {
    const onPath = box.members.some((one) => path.has(one.id));
    const one = box.members.length === 1;
    return {
      id: box.key, type: 'ci', position: places.get(box.key)!, width, height, focusable: false, draggable: false, connectable: false,
      data: { box, start: one && box.key === start, chosen: one && box.key === chosen, dim: lit && !onPath, onPath, act: () => (one ? onChoose(box.key === chosen ? null : box.key) : onOpen(box.key)), visit: () => onVisit(box.key) },
    };
  });
  const lighted = new Set(drawn.filter((box) => box.members.some((one) => path.has(one.id))).map((box) => box.key));
  const edges: Edge[] = between.map((line) => {
    const on = lit && lighted.has(line.from) && lighted.has(line.to);
    return {
      id: `${line.from}>${line.to}`, source: line.from, target: line.to, focusable: false, className: on ? 'on-path' : lit ? 'dim-edge' : '', zIndex: on ? 2 : 0,
      label: on ? line.label : line.count > 1 ? `${line.count}` : undefined, markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: 'var(--dim)' },
    };
  });

  /** Arrows go to the nearest box that way. */
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const here = places.get((document.activeElement as HTMLElement | null)?.dataset.key ?? '');
    if (!step || !here) return;
    event.preventDefault();
    event.stopPropagation();
    let best: { key: string; cost: number } | null = null;
    for (const [key, at] of places) {
      const ahead = (at.x - here.x) * step[0]! + (at.y - here.y) * step[1]!;
      const aside = Math.abs((at.x - here.x) * step[1]!) + Math.abs((at.y - here.y) * step[0]!);
      const cost = ahead + aside * 2;
      if (ahead > 1 && (!best || cost < best.cost)) best = { key, cost };
    }
    if (best) wrap.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(best.key)}"]`)?.focus();
  };

  return (
    <div className="graph no-print" role="group" aria-label={label} ref={wrap} onKeyDown={onKey} style={{ height: `clamp(240px, ${Math.max(...[...places.values()].map((at) => at.y)) * 0.9 + 140}px, max(420px, 64vh))` }}>
      <ReactFlow nodes={nodes} edges={edges} nodeTypes={types} nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} deleteKeyCode={null} minZoom={0.1} maxZoom={1.5}
        fitView fitViewOptions={{ padding: 0.03, maxZoom: 1, minZoom: 0.6 }} onlyRenderVisibleElements={false} zoomOnDoubleClick={false} preventScrolling zoomActivationKeyCode={['Control', 'Meta']} zoomOnScroll={false} panOnScroll onPaneClick={() => onChoose(null)}>
        <Background gap={22} size={1} color="var(--line)" />
        <Controls showInteractive={false} fitViewOptions={{ padding: 0.03 }} />
        <Follow wrap={wrap} shape={drawn.map((box) => box.key).join()} places={places} start={start} />
      </ReactFlow>
    </div>
  );
}

/** Fits the drawing when its boxes change, and brings a box into view that the keyboard reaches. */
function Follow({ wrap, shape, places, start }: { wrap: React.RefObject<HTMLDivElement | null>; shape: string; places: Map<string, { x: number; y: number }>; start: string }) {
  const flow = useReactFlow();
  useEffect(() => {
    const timer = setTimeout(() => {
      void flow.fitView({ padding: 0.03, maxZoom: 1 }).then(() => {
        // Too many to read at once: from where one asks, at a size that can be read.
        const at = places.get(start) ?? [...places.values()][0];
        if (flow.getZoom() < 0.6 && at && wrap.current) void flow.setViewport({ x: 24 - at.x * 0.85, y: wrap.current.clientHeight / 2 - (at.y + height / 2) * 0.85, zoom: 0.85 });
      });
    }, 30);
    return () => clearTimeout(timer);
  }, [shape]);
  useEffect(() => {
    const box = wrap.current;
    const onFocus = (event: FocusEvent) => {
      const at = places.get((event.target as HTMLElement).dataset?.key ?? '');
      if (!at || !box || !(event.target as HTMLElement).matches(':focus-visible')) return;
      const view = flow.getViewport();
      const x = at.x * view.zoom + view.x, y = at.y * view.zoom + view.y;
      if (x < 0 || y < 0 || x + width * view.zoom > box.clientWidth || y + height * view.zoom > box.clientHeight) void flow.setCenter(at.x + width / 2, at.y + height / 2, { zoom: Math.max(view.zoom, 0.7) });
    };
    box?.addEventListener('focusin', onFocus);
    return () => box?.removeEventListener('focusin', onFocus);
  }, [places]);
  return null;
}
