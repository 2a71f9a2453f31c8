export function Brand() {
  return <div className="brand"><img src="/favicon.svg" width={28} height={28} alt="" /><span>Cabinet</span></div>;
}

/** What Cabinet is for, beside the sign-in of a real desk. */
export function Proofs() {
  return (
    <div className="proofs">
      <div><h2>An approval that binds</h2><p>It names the exact plan, counts only eligible people, and ends when the plan is edited.</p></div>
      <div><h2>An export that verifies offline</h2><p>Every row can be checked against a signed, append-only log, without the server.</p></div>
      <div><h2>A figure that explains itself</h2><p>Every minute, every permission and every score can be asked why.</p></div>
    </div>
  );
}
