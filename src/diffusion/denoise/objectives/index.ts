/** Objectives as graphs: from a function of tensors to the loss that trains it. */
export {
  denoisingScoreMatching,
  geometricLevels,
  type NoiseConditionalScore,
  noiseConditionalScoreMatching,
} from './denoising-score-matching.ts'
export { explicitScoreMatching, traceOfJacobian } from './explicit-score-matching.ts'
export { fisherDivergence } from './fisher-divergence.ts'
export { type FlowBatch, flowMatching, type VelocityFunction } from './flow-matching.ts'
export { type HybridOptions, hybridLoss, learnsVariance } from './learned-variance.ts'
export { type EnergyFunction, type ScoreFunction, scoreOfEnergy } from './score-function.ts'
export { type SlicedOptions, slicedScoreMatching } from './sliced-score-matching.ts'
