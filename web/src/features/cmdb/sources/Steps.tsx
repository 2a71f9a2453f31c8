/** Where an import is: file, proposal, result. */
export function Steps({ at }: { at: 0 | 1 | 2 }) {
  return <ol className="list steps" aria-label="Steps">{['File', 'What would change', 'Result'].map((step, i) => <li key={step} aria-current={i === at ? 'step' : undefined} className={i < at ? 'done' : ''}><span className="num">{i + 1}</span>{step}</li>)}</ol>;
}
