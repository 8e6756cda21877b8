/** Options of `eval` for models of values. */
import { oneOf, options } from '../../../options.ts'
import { boundVariances } from '../../choices.ts'
import {
  boundStepsOptions,
  clipOptions,
  gaussianOptions,
  guidanceOptions,
  heldOutOptions,
  judgedSamplesOptions,
  likelihoodGroup,
  likelihoodOptions,
  moreGuidanceOptions,
  shadesOptions,
  traceOptions,
} from '../../options.ts'

const boundDecoders = ['fitted', 'step'] as const

/** Options for samples, which likelihoods do not have. */
export const sampleOptions = options({
  ...guidanceOptions,
  ...gaussianOptions,
  ...clipOptions,
  ...moreGuidanceOptions,
  ...judgedSamplesOptions,
})

/** Options that request likelihoods when they are set. */
export const boundOptions = options({
  ...likelihoodOptions,
  ...shadesOptions,
  boundVariance: {
    flags: '--bound-variance <which>',
    help: `the bound's reverse steps: ${boundVariances.join(', ')} (default: learned, else small, for points large)`,
    parse: oneOf(boundVariances),
    group: likelihoodGroup,
  },
  boundDecoder: {
    flags: '--bound-decoder <which>',
    help: "the width of its last step: fitted to the training data, or the step's own (default: fitted)",
    parse: oneOf(boundDecoders),
    group: likelihoodGroup,
  },
  ...boundStepsOptions,
  ...traceOptions,
})

export const evalOptions = options({
  ...heldOutOptions,
  ...sampleOptions,
  ...boundOptions,
})
