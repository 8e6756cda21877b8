/** Whether a model is told what it estimated a step before. */
import { type Denoiser } from '../../../diffusion/denoise/denoiser.ts'
import { selfConditioned, takesEstimates } from '../../../diffusion/denoise/self-conditioned.ts'
import type { Model } from '../model.ts'

/** Whether a model was trained so; one trained from it may have the condition, and be told nothing. */
export function recalls({ network, meta }: Model): boolean {
  return takesEstimates(network) && meta.objective.selfConditioning === true
}

/**
 * The denoiser of one run of a sampler: one that remembers, of a model that is told. Items put together from windows are told, too, where the axes of a window
 * are those of the network.
 */
export function ofRun<D extends Denoiser>(model: Model, denoiser: D): D {
  const isAlike = denoiser.shape.length === model.network.inputShape.length
  return recalls(model) && isAlike ? selfConditioned(denoiser) : denoiser
}
