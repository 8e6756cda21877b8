/** Options of `eval` for models of values. */
import { oneOf, options, positive, text, whole } from '../../../options.ts'
import { boundVariances, traces } from '../../choices.ts'
import {
  boundStepsOptions,
  clipOptions,
  gaussianOptions,
  guidanceOptions,
  likelihoodGroup,
  likelihoodOptions,
  moreGuidanceOptions,
} from '../../options.ts'

const boundDecoders = ['fitted', 'step'] as const
const classChoices = ['data', 'balanced'] as const
const featureRanges = ['-1,1', '0,1', '0,255'] as const

/** Options for samples, which likelihoods do not have. */
export const sampleOptions = options({
  ...guidanceOptions,
  ...gaussianOptions,
  ...clipOptions,
  ...moreGuidanceOptions,
  classes: {
    flags: '--classes <how>',
    help: 'as often as in the data, or balanced (default: data)',
    parse: oneOf(classChoices),
  },
  features: {
    flags: '--features <file>',
    help: 'compare by this ONNX network of images (default: a classifier, or random filters)',
    parse: text,
  },
  featureRange: {
    flags: '--feature-range <low,high>',
    help: "black and white for that network: '0,1' … (default: '-1,1')",
    parse: oneOf(featureRanges),
  },
})

/** Options that request likelihoods when they are set. */
export const boundOptions = options({
  ...likelihoodOptions,
  values: {
    flags: '--values <n>',
    help: 'how many shades the images have, equally spaced (default: 256)',
    parse: whole({ min: 2, max: 65_536 }),
    group: likelihoodGroup,
  },
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
  trace: {
    flags: '--trace <kind>',
    help: `of the flow's Jacobian: ${traces.join(', ')} (default: exact up to 16 dimensions, else rademacher)`,
    parse: oneOf(traces),
    group: likelihoodGroup,
  },
  tolerance: {
    flags: '--tolerance <x>',
    help: "of the flow's solver (default: 1e-3, for points 1e-5)",
    parse: positive,
    group: likelihoodGroup,
  },
})

export const evalOptions = options({
  heldOut: {
    flags: '--held-out <path>',
    help: 'data that it was not trained on, to compare with as well',
    parse: text,
  },
  ...sampleOptions,
  ...boundOptions,
})
