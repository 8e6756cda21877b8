/** Options of `eval` for models of values. */
import { oneOf, options, positive, whole } from '../../../options.ts'
import { assimilateOptions } from './assimilate.ts'
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

const fields = 'Models of fields'

/** Options for models of fields. */
export const fieldOptions = options({
  stations: {
    flags: '--stations <n>',
    help: 'how many points observe held-out states (default: 16)',
    parse: whole({ max: 1_000_000 }),
    group: fields,
  },
  noise: {
    flags: '--noise <x>',
    help: 'standard deviation of their errors, in the units of the data (default: a twentieth of that of the data)',
    parse: positive,
    group: fields,
  },
  members: {
    flags: '--members <n>',
    help: 'members of the ensemble (default: 8)',
    parse: whole({ max: 10_000 }),
    group: fields,
  },
  states: {
    flags: '--states <n>',
    help: 'how many held-out states, from the first one on (default: all)',
    parse: whole(),
    group: fields,
  },
  stride: assimilateOptions.stride,
  iterations: assimilateOptions.iterations,
  method: assimilateOptions.method,
})

export const evalOptions = options({
  ...fieldOptions,
  ...heldOutOptions,
  ...sampleOptions,
  ...boundOptions,
})
