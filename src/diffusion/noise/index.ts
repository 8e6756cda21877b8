/** Noise schedules: α_t and σ_t in continuous time, β tables, and the forward process between any two times. */
export {
  type BetaOptions,
  type BetaTableName,
  betasOfCurve,
  betaTables,
  cosineBetas,
  linearBetas,
  scaledLinearBetas,
  sigmoidBetas,
} from './betas.ts'
export { cosineSchedule } from './cosine.ts'
export { rectifiedFlow } from './flow.ts'
export { forwardSde } from './forward-sde.ts'
export { forwardStep, jump, posteriorStep, priorKl, type Transition, transition } from './kernel.ts'
export {
  describeNoise,
  namedSchedule,
  type NoiseSpec,
  type ScheduleName,
  scheduleNames,
  scheduleOfNoise,
  type ScheduleOptions,
} from './named.ts'
export {
  defineSchedule,
  halfLogSnr,
  noiseLevel,
  type Schedule,
  type ScheduleDefinition,
  timeOfNoiseLevel,
  variancePreserving,
} from './schedule.ts'
export { sqrtSchedule } from './sqrt.ts'
export { indexOfTime, tableOfSchedule, tableSchedule, timeOfIndex } from './table-schedule.ts'
export { namedTable, noiseTable, type NoiseTable, tableOfAlphaBar, zeroTerminalSnr } from './table.ts'
export { edmSchedule, type SigmaRange, veSchedule } from './ve.ts'
export { type BetaRange, subVpSchedule, vpSchedule } from './vp.ts'
export { shifted, warped } from './warp.ts'
