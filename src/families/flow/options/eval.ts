/** Options of `eval` for flows. */
import { oneOf, options, real, whole } from '../../../options.ts'
import { heldOutOptions, likelihoodGroup, likelihoodOptions } from '../../options.ts'

/** Options for samples, which likelihoods do not have. */
export const ofSamples = options({
  temperature: {
    flags: '--temperature <x>',
    help: 'the standard deviation of the latents (default: 1)',
    parse: real({ min: 0.01, max: 100 }),
  },
  classes: {
    flags: '--classes <how>',
    help: 'as often as in the data, or balanced (default: data)',
    parse: oneOf(['data', 'balanced'] as const),
  },
})

/** Options that request likelihoods when they are set. */
export const ofLikelihood = options({
  likelihood: likelihoodOptions.likelihood,
  likelihoodItems: likelihoodOptions.likelihoodItems,
  dequantisations: {
    flags: '--dequantisations <n>',
    help: 'of images: how many draws of noise within the shades, for each item (default: 4)',
    parse: whole({ max: 10_000 }),
    group: likelihoodGroup,
  },
})

export const evalOptions = options({
  ...heldOutOptions,
  ...ofSamples,
  ...ofLikelihood,
})
