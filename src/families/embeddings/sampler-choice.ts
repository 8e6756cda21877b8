/** Which sampler a model of noisy embeddings is drawn with. */
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../family.ts'
import type { EmbeddingModel } from './model.ts'
import { embeddedSteps } from './generate.ts'
import { chooseSampler, needsData, type SamplerChoice, type SamplerOptions } from '../gaussian-sampler.ts'

/**
 * The chosen sampler, or that of the model's folder; by default DDPM in as many steps as rounding needs (control works
 * on DDPM's steps).
 *
 * @throws TweedieError `usage` for a sampler that needs variances measured on data
 */
export function chooseEmbeddedSampler(
  model: EmbeddingModel,
  options: SamplerOptions,
  own: OwnParts = {},
): SamplerChoice {
  const plain = options.sampler === undefined && options.times === undefined && options.steps === undefined
  const { sampler = 'ddpm', steps = embeddedSteps } = model.meta.sampler
  const sampling = { ...model.sampling, sampler, ...(plain && { steps }) }
  const chosen = chooseSampler({ ...model, sampling }, options, own)
  if (!needsData(chosen.sampler)) return chosen
  throw new TweedieError(
    'usage',
    `\`sampler: ${chosen.sampler.name}\` measures on images and points, and the model is of text`,
  )
}
