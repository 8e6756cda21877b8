/// <reference path="../../globals.d.ts" preserve="true" />
/** Continuous flows dx/dt = v(x, t): solves as expressions, their likelihoods, and losses through the solve. */
export { fieldAt, type FieldAt } from './divergence-graph.ts'
export type { FieldGraph, FlowField, SlopeAndDivergence } from './field.ts'
export {
  fewElements,
  type FlowLikelihood,
  flowLikelihood,
  type FlowLikelihoodOptions,
  type TraceKind,
} from './flow-likelihood.ts'
export {
  flowCost,
  flowLoss,
  type FlowLossOptions,
  integralWeights,
  wantedIntegrals,
  whiteNoiseCost,
} from './flow-loss.ts'
export {
  gridTimes,
  type Integrals,
  type Integrand,
  type PathPoint,
  solveGraph,
  type SolveGraphOptions,
  stepGraph,
} from './solve-graph.ts'
export { carry, evenTimes, fixedSolvers, type FixedSolverName, type FlowSolver, type SolveStep } from './solve.ts'
