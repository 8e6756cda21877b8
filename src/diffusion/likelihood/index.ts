/// <reference path="../../globals.d.ts" preserve="true" />
/** How likely data are under a model: the variational bound, and the probability flow. */
export { bestVariance, decoderMeans } from './decoder-variance.ts'
export { type Bins, logCdf, logProbability } from './discretised-gaussian.ts'
export { type OdeLikelihood, odeLikelihood, type OdeLikelihoodOptions, type OdeSolver } from './ode-likelihood.ts'
export { bitsPerDim, type Estimate, estimate } from './units.ts'
export {
  type BoundOptions,
  boundTimes,
  type BoundVariance,
  type VariationalBound,
  variationalBound,
} from './variational-bound.ts'
