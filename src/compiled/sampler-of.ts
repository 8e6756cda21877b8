/** The sampler of a model's settings. Apart from them: all samplers are loaded with it, and training needs none. */
import { samplerByName } from '../diffusion/sample/registry.ts'
import type { Sampler } from '../diffusion/sample/sampler.ts'
import { TweedieError } from '../errors.ts'
import type { Sampling } from './sampling.ts'

/**
 * The sampler that a model is drawn with.
 *
 * @throws TweedieError `model` for a name that is not built in
 */
export function samplerOf({ sampler, scheduled }: Sampling): Sampler {
  if (scheduled) return scheduled
  try {
    return samplerByName(sampler)
  } catch (cause) {
    throw new TweedieError('model', `tweedie.json: sampler.sampler is ${JSON.stringify(sampler)}: no such sampler`, {
      hint: 'give a sampler of your own as `sampler`',
      cause,
    })
  }
}
