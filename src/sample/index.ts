/** Samplers: tables of coefficients over one array of times, run by one loop. */
export { ddim, type DdimOptions } from './ddim.ts'
export { ddpm, type DdpmOptions } from './ddpm.ts'
export { dpmSolver, type DpmSolverOptions, type LowerOrderFinal } from './dpm-solver.ts'
export { type MeasuredOrder, measureOrder, type OrderOptions } from './measure-order.ts'
export { noNoise, type NoiseSource, randomNoise, type RandomNoiseOptions } from './noise-source.ts'
export { type Plan, type PlannedStep, type Planner, planSteps, type Stage } from './plan.ts'
export { runPlan } from './run-plan.ts'
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
export { tableIndices, tableTimes, type TableSpacing, timesOfIndices } from './table-times.ts'
export { karrasTimes, logSnrTimes, quadraticTimes, type TimeRange, uniformTimes } from './times.ts'
