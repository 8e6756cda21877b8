/** Which sampler a model of noisy embeddings is drawn with. */
import { TweedieError } from '../../errors.ts'
import type { EmbeddingModel } from './model.ts'
import { embeddedSteps } from './generate.ts'
import { chooseSampler, needsData, type SamplerChoice, type SamplerOptions } from '../gaussian-sampler.ts'

/**
 * The sampler that is asked for; where nothing is said, DDPM in as many steps as rounding needs (control is on DDPM's steps).
 *
 * @throws TweedieError `usage` for a sampler that is measured on data first
 */
export function chooseEmbeddedSampler(model: EmbeddingModel, options: SamplerOptions): SamplerChoice {
  const plain = options.sampler === undefined && options.times === undefined && options.steps === undefined
  const chosen = chooseSampler(model, {
    ...options,
    sampler: options.sampler ?? 'ddpm',
    ...(plain && { steps: embeddedSteps }),
  })
  if (!needsData(chosen.sampler)) return chosen
  throw new TweedieError('usage', `\`sampler: ${chosen.sampler.name}\` measures on images and points`)
}
