/// <reference path="../../globals.d.ts" preserve="true" />
/** Samplers: tables of coefficients over one array of times, run by one loop. */
export { adaptiveOde } from './adaptive-ode.ts'
export { adaptiveSde, type AdaptiveSdeOptions } from './adaptive-sde.ts'
export { analyticDpm, type AnalyticDpmOptions, posteriorVariances } from './analytic-dpm.ts'
export { type BrownianPath, brownianPath } from './brownian.ts'
export { consistency } from './consistency.ts'
export { ddim, type DdimOptions } from './ddim.ts'
export { ddpm, type DdpmOptions } from './ddpm.ts'
export { deis, lms, type MultistepOptions } from './deis.ts'
export { type AcceptedStep, type AdaptiveOptions, dormandPrince, type Slope } from './dormand-prince.ts'
export {
  type DpmSingleOptions,
  type DpmSingleStepOptions,
  dpmSolverGrouped,
  dpmSolverSde,
  dpmSolverSingle,
} from './dpm-solver-single.ts'
export { dpmSolver, type DpmSolverOptions, type LowerOrderFinal } from './dpm-solver.ts'
export {
  type EvaluationRow,
  evaluationTable,
  type EvaluationTable,
  type EvaluationWeights,
} from './evaluation-table.ts'
export type { Predicted } from './exponential.ts'
export { slerp } from './interpolate.ts'
export { kdpm2 } from './kdpm2.ts'
export {
  annealedLangevin,
  type AnnealedLangevinOptions,
  langevin,
  type LangevinConvention,
  type LangevinOptions,
} from './langevin.ts'
export { ddpmLearned } from './learned-variance.ts'
export { betaCurve, betaQuantile, exponentialCurve, karrasCurve, type LevelCurve } from './levels.ts'
export { type FinalLaw, finalVariance, measureWeakOrder } from './measure-law.ts'
export { type MeasuredOrder, measureOrder, type OrderOptions } from './measure-order.ts'
export { noiseBetween } from './noise-between.ts'
export { type ItemStream, noNoise, type NoiseSource, randomNoise, type RandomNoiseOptions } from './noise-source.ts'
export { type Plan, type PlannedStep, type Planner, planSteps, type Stage } from './plan.ts'
export { pndm } from './pndm.ts'
export { predictorCorrector, type PredictorCorrectorOptions } from './predictor-corrector.ts'
export { samplerByName, type SamplerEntry, samplers } from './registry.ts'
export { reverseSde, type ReverseSdeOptions } from './reverse-sde.ts'
export { runPlan } from './run-plan.ts'
export { type Clock, euler, heun, rungeKutta, type RungeKuttaOptions, type Tableau, tableaux } from './runge-kutta.ts'
export { initialState, requireTimes, sample, sampleFinal, type SampleOptions } from './sample.ts'
export {
  defineSampler,
  type FreeSampler,
  type LinearSampler,
  type Sampler,
  type SamplerInfo,
  type SampleStep,
  type SamplingProblem,
} from './sampler.ts'
export { ancestral, churned, type ChurnOptions, planOf, type StepRule } from './single-step.ts'
export { tableIndices, tableTimes, type TableSpacing, timesOfIndices } from './table-times.ts'
export {
  faintTimes,
  karrasTimes,
  levelTimes,
  logSnrTimes,
  quadraticTimes,
  type TimeRange,
  uniformTimes,
} from './times.ts'
export { uniPc, type UniPcOptions } from './unipc.ts'
