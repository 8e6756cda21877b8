/// <reference path="../../globals.d.ts" preserve="true" />
/** Metrics of samples: distances between distributions, fidelity and diversity, recognition, similarity of pictures. */
export { assign, type Assignment } from './clouds/assignment.ts'
export { type Chamfer, chamfer } from './clouds/chamfer.ts'
export { type CloudDistances, cloudDistances } from './clouds/cloud-distances.ts'
export { earthMover } from './clouds/earth-mover.ts'
export { occupancyDivergence } from './clouds/occupancy.ts'
export { type ItemDistances, type SetScores, setScores } from './clouds/set-scores.ts'
export {
  conformerDistances,
  type ConformerDistances,
  conformerScore,
  type ConformerScore,
  conformerScores,
  type ConformerScores,
} from './conformers.ts'
export { energyDistance } from './energy-distance.ts'
export { type Estimate, type FeatureSet, featureSet } from './features.ts'
export { type FrechetEstimate, type Moments } from './frechet.ts'
export { frechetBetween, frechetDistance, frechetEstimate, momentsOf } from './frechet.ts'
export { psnr, ssim } from './image-similarity.ts'
export { kernelDiscrepancy, kernelDistance } from './kernel-distance.ts'
export { type PrecisionRecall, precisionRecall } from './precision-recall.ts'
export { type Recognition, recognition } from './recognition.ts'
export { slicedWasserstein, unitVectors, wasserstein1d } from './wasserstein.ts'
export * from './predictive.ts'
export * from './class-probabilities.ts'
export {
  chiSquareTail,
  crps,
  gaussianCrps,
  type RankHistogram,
  rankHistogram,
  type SpreadSkill,
  spreadSkill,
} from './ensemble.ts'
export { radialSpectrum, type RadialSpectrum } from './spectrum.ts'
