/** Options of `eval` for models of a quantiser's tokens. */
import { options } from '../../../options.ts'
import { guidanceOptions, heldOutOptions, judgedSamplesOptions, likelihoodOptions, stepOptions } from '../../options.ts'
import { sampleOptions } from '../../tokens/options/sample.ts'

/** Options for samples, which likelihoods do not have. */
export const ofSamples = options({
  ...guidanceOptions,
  ...stepOptions,
  temperature: sampleOptions.temperature,
  ...judgedSamplesOptions,
})

/** Options that request likelihoods when they are set. */
export const ofLikelihoods = options(likelihoodOptions)

export const evalOptions = options({ ...heldOutOptions, ...ofSamples, ...ofLikelihoods })
