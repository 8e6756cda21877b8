/** Options of `eval` for continuous flows. */
import { options } from '../../../options.ts'
import {
  heldOutOptions,
  judgedSamplesOptions,
  likelihoodOptions,
  shadesOptions,
  stepOptions,
  traceOptions,
} from '../../options.ts'

const { likelihood, likelihoodItems } = likelihoodOptions

/** Options that request likelihoods when they are set. */
export const densityOptions = options({ likelihood, likelihoodItems, ...shadesOptions, ...traceOptions })

/** Options for samples, which likelihoods do not have. */
export const ofSamples = options({ ...stepOptions, ...judgedSamplesOptions })

export const evalOptions = options({ ...heldOutOptions, ...ofSamples, ...densityOptions })
