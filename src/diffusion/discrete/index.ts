/// <reference path="../../globals.d.ts" preserve="true" />
/** Diffusion over categories: processes, losses, bounds and samplers for tokens. */
export { type Fade } from './fade.ts'
export { nearestNeighbours } from './neighbour.ts'
export {
  type AbsorbingProcess,
  type DenseProcess,
  type DiscreteProcess,
  processOf,
  type ProcessMethods,
  type UniformProcess,
} from './process.ts'
export {
  discreteObjectiveNames,
  type DiscreteObjectiveName,
  type DiscreteSpec,
  type FadeName,
  fadeNames,
  type KernelName,
  kernelNames,
} from './spec.ts'
export { type BoundTerm, termAt } from './terms.ts'
export { discreteFeeds, discreteLoss, fillDiscrete } from './training-loss.ts'
export { type CategoricalDenoiser, type EvaluateLogits, fromLogits } from './denoiser.ts'
export { ancestralTokens, type AncestralTokensOptions, mdlm } from './ancestral.ts'
export { type DiscreteBound, discreteBound, type DiscreteBoundOptions } from './bound.ts'
export { exactDenoiser } from './exact-denoiser.ts'
export { guideTokens, type TokenGuidanceOptions } from './guidance.ts'
export { maskPredict, type MaskPredictOptions } from './mask-predict.ts'
export { tokenSamplerByName, tokenSamplers } from './registry.ts'
export { sampleTokens, sampleTokensFinal, type TokenSampleOptions } from './sample.ts'
export type { TokenProblem, TokenSampler, TokenStep } from './sampler.ts'
export { tokenTimes } from './token-times.ts'
export { embeddingFeeds, embeddingLoss, fillEmbedding } from './embedding-loss.ts'
export {
  clamped,
  type EmbeddingTable,
  embeddingTable,
  embedTokens,
  roundingGraph,
  roundingLogits,
  roundTokens,
} from './embedding-table.ts'
export {
  type AllowedTokens,
  allowedTokens,
  barrier,
  logAllowed,
  meets,
  requireAmong,
  requireLength,
  requireTokens,
  type TokenRequirement,
} from './requirement.ts'
