/** Options of `eval` for models of codes. */
import { valueChoices } from '../../choices.ts'
import { oneOf, options, whole } from '../../../options.ts'
import { heldOutOptions, likelihoodGroup, likelihoodOptions } from '../../options.ts'

const { likelihood, likelihoodItems } = likelihoodOptions

/** Options for samples, which likelihoods do not have. */
export const ofSamples = options({
  draw: {
    flags: '--draw <what>',
    help: `what to show of a code's law: ${valueChoices.join(', ')} (default: mean, for points sample)`,
    parse: oneOf(valueChoices),
  },
})

/** Options that request likelihoods when they are set. */
export const ofLikelihoods = options({
  likelihood,
  likelihoodItems,
  importanceSamples: {
    flags: '--importance-samples <k>',
    help: 'draws of each code for the importance-weighted bound (default: 50)',
    parse: whole({ max: 100_000 }),
    group: likelihoodGroup,
  },
})

export const evalOptions = options({
  ...heldOutOptions,
  ...ofSamples,
  ...ofLikelihoods,
})
