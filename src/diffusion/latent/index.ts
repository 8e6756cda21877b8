/// <reference path="../../globals.d.ts" preserve="true" />
/** Latent variables: densities of codes and of data given codes, divergences, and the bounds that they make. */
export { activeUnits, activeVariance, meanVariances } from './active-units.ts'
export { boundOf, type LatentBound } from './bound.ts'
export {
  crossEntropy,
  type CrossEntropyRest,
  crossEntropyRest,
  crossEntropyTimes,
  crossEntropyWeight,
} from './cross-entropy.ts'
export { type DecoderLaw, decoderLaw, type DecoderLawName, decoderLawNames } from './decoder-law.ts'
export { discretisedLogProbability } from './discretised.ts'
export { type DrawnLaw, drawValues } from './draw-values.ts'
export { freeBits, warmupWeight } from './free-bits.ts'
export {
  type DiagonalGaussian,
  drawGaussian,
  gaussianEntropy,
  gaussianKl,
  gaussianLogDensity,
  standardNormal,
  sumOverItem,
} from './gaussian.ts'
export { importanceBound, repeatItems } from './importance.ts'
export {
  jointCoefficients,
  jointCoefficientsAt,
  type JointLoss,
  jointLoss,
  jointObjective,
  type JointParts,
} from './joint-loss.ts'
export { logNormalCdf } from './log-cdf.ts'
export { mixedPrediction, mixture, mixtureInit, mixtureName, mixtureValues, normalSkip } from './mixed-score.ts'
export { type QuantisedLoss, quantisedLoss, type QuantisedWeights, straightThrough, usesOf } from './quantised.ts'
export { type AutoencoderBound, autoencoderBound, type AutoencoderBoundInputs, cropped, logWeightsOf } from './elbo.ts'
export { type DrawnLevel, generateLevels, type Hierarchy, type HierarchyOrder, inferLevels } from './hierarchy.ts'
export { type HierarchyBound, hierarchyBound, type HierarchyBoundInputs, splitLevels } from './hierarchy-bound.ts'
export { networkHierarchy } from './network-hierarchy.ts'
export { noiseHierarchy, type NoiseHierarchyOptions } from './noise-hierarchy.ts'
