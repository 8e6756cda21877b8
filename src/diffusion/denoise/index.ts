/// <reference path="../../globals.d.ts" preserve="true" />
/** Denoisers: posterior means E[x₀ | x_t], from networks in any parametrisation or in closed form. */
export type { AnalyticDenoiser } from './analytic.ts'
export { conditioned, type Conditions, conditionsOfItems } from './conditions.ts'
export { clipped, dynamicThreshold, projected, type ThresholdOptions } from './clip.ts'
export { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, type Projection, sizeOf } from './denoiser.ts'
export { diracDenoiser, type DiracOptions } from './dirac.ts'
export { fromPrediction, type Predict, type PredictionOptions } from './from-prediction.ts'
export {
  analyticDivergence,
  type DivergenceDenoiser,
  finiteDivergence,
  knowsDivergence,
  type MeanAndTrace,
} from './divergence.ts'
export { type GaussianDenoiser, gaussianDenoiser, type GaussianOptions } from './gaussian.ts'
export { fromPredictionAndVariance, predictsVariance, type VarianceDenoiser } from './learned-variance.ts'
export { type MixtureComponent, mixtureDenoiser, type MixtureOptions } from './mixture.ts'
export {
  edmPreconditioning,
  type Parametrisation,
  parametrisation,
  type ParametrisationName,
  parametrisations,
  predictionOfSample,
  type PredictionWeights,
  previousMean,
  sampleOfPrediction,
  targetOf,
  type View,
  viewOf,
} from './parametrisation.ts'
export { estimateName, estimateSpec, selfConditioned, takesEstimates } from './self-conditioned.ts'
export { type InputView, inputView, type InputViewName, inputViewNames } from './input-view.ts'
export {
  type Objective,
  objectiveOf,
  type ObjectiveSpec,
  type TrainedParametrisation,
  trainedParametrisation,
  trainedParametrisations,
} from './objective-spec.ts'
export * from './objectives/index.ts'
export { type TimeDistribution, timeDistribution, timesNames, type TimesSpec } from './time-distribution.ts'
export { lossWeight, type WeightingName, weightingNames, type WeightingOptions } from './weighting.ts'
