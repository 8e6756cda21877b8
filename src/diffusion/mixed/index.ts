/// <reference path="../../globals.d.ts" preserve="true" />
/** Diffusion of rows: numbers under Gaussian noise and categories under a discrete process, by one time. */
export { type CategoryProcess, mixedProcess, type MixedProcess, type MixedSpec, usualMixedSpec } from './process.ts'
export {
  cellsOf,
  copyRows,
  countRows,
  emptyRows,
  encodeRows,
  free,
  given,
  inputSize,
  missing,
  type MixedRows,
  outputSize,
  someRows,
} from './rows.ts'
export { type EvaluateRows, fromRowPrediction, type MixedDenoiser, type MixedPosterior } from './denoiser.ts'
export { exactMixedDenoiser, type MixedComponent } from './exact-denoiser.ts'
export { conditionNormal, type ConditionedLaw, type NormalLaw, type NumberSeen } from './normal-law.ts'
export { fillMixed, mixedFeeds, mixedLoss, networkTime } from './training-loss.ts'
export { mixedBound, type MixedBound, type MixedBoundOptions } from './bound.ts'
export { sampleMixed, type MixedSampleOptions } from './sample.ts'
