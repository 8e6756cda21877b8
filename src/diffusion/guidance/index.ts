/// <reference path="../../globals.d.ts" preserve="true" />
/** Guidance: a denoiser in, a denoiser out, towards a class or towards what was measured. */
export {
  type BatchedGuidanceOptions,
  classifierFree,
  guidanceScale,
  type GuidanceOptions,
  type GuidanceStrength,
  guidedAway,
} from './cfg.ts'
export { classifierAncestral, classifierGuided, type ClassifierOptions, type ClassGradient } from './classifier.ts'
export { type ComposeOptions, composed, composedOf, type Term } from './composed.ts'
export { type ComposedItemsOptions, composedItems, type ItemTerm, packedTerms } from './composed-items.ts'
export { controlled, type ControlOptions } from './controlled.ts'
export { ddrm, type DdrmOptions } from './ddrm.ts'
export {
  type DifferentiableAnalytic,
  type DifferentiableDenoiser,
  differentiableGaussian,
  differentiableMixture,
  isDifferentiable,
  type MeanAndPull,
  type QuadraticMisfit,
} from './differentiable.ts'
export { decoderNoise, sigmaOfCodes } from './decoder-noise.ts'
export { diffPirSampler, type DiffPirSamplerOptions } from './diffpir.ts'
export { dps, type DpsOptions } from './dps.ts'
export { drawMixture, exactPosterior, type FullComponent, mixtureMoments } from './exact-posterior.ts'
export {
  mmps,
  type MmpsOptions,
  piGdm,
  type PiGdmOptions,
  proximal,
  type ProximalOptions,
  sda,
  type SdaOptions,
} from './likelihood.ts'
export { type PosteriorMethod, type PosteriorMethodName, posteriorMethods, type PosteriorSettings } from './methods.ts'
export { repaint, type RepaintOptions } from './repaint.ts'
