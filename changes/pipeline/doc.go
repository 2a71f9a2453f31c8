// Package pipeline owns the gate between what builds by itself and what people approve: pipelines, their runs, and the
// deployments into an environment. A pipeline asks the gate whether it may go on, and is told why not.
//
// Invariants:
//
//  1. A pipeline acts through an account of its own, which may implement changes and can never decide on one.
//  2. A run says once what it built; another artifact is another run, and another change. The same run told again gives
//     the same change.
//  3. The gate lets through only what the change names, in the environment that its plan names, while every guard of the
//     move that starts it is satisfied.
//  4. A pass is signed, lives fifteen minutes at most, and holds for one change, revision, plan, artifact and environment.
//     It is kept nowhere, and is spent by the row of the deployment that it let in.
//  5. What goes in without a pass is refused where the gate is closed. What went in all the same, and what goes in where the
//     gate is open, is an unauthorised change, at once.
//  6. What was deployed is never altered; how it ended is said once. The server says when; what the pipeline says of
//     the time stands beside it.
//  7. Who reviewed a change of the code is somebody else than who wrote it.
//  8. A run joins a change that people planned only when the plan names what the run built, where it goes and who brings it.
package pipeline
