/** Options that several families have for several commands: how samples are drawn and guided. */
import { TweedieError } from '../errors.ts'
import { oneOf, options, positive, real, text, whole } from '../options.ts'
import { devices, reverseVariances, spacings, traces } from './choices.ts'

const sampling = 'More: sampling'
const guiding = 'More: guidance'
const general = 'General'

/** Where a network runs, for every command that runs one. */
export const engineOptions = options({
  device: {
    flags: '--device <name>',
    help: `where to compute: ${devices.join(', ')} (default: cpu; a resumed run: as before)`,
    parse: oneOf(devices),
    group: general,
  },
  threads: {
    flags: '--threads <n>',
    help: 'threads of an operator (default: the cores)',
    parse: whole({ max: 1024 }),
    group: general,
  },
})

/** The seed of everything random. */
export const seedOptions = options({
  seed: {
    flags: '--seed <n>',
    help: 'equal seeds give equal results',
    parse: whole({ min: 0 }),
    default: 0,
    group: general,
  },
})

/** What an evaluation takes for models of all families. */
export const judgeOptions = options({
  data: {
    flags: '--data <path>',
    help: 'the data that it was trained on (default: as recorded by train)',
    parse: text,
  },
  count: {
    flags: '-n, --count <n>',
    help: 'how many samples (default: 500, of text 16)',
    parse: whole({ min: 20, max: 1_000_000 }),
  },
  batch: {
    flags: '--batch <n>',
    help: 'items at a time; changes the memory, not the samples (default: 64, for likelihoods 16)',
    parse: whole(),
  },
  ...seedOptions,
  ...engineOptions,
})

/** Which sampler, and in how many steps. */
export const stepOptions = options({
  sampler: {
    flags: '--sampler <name>',
    help: "which sampler ('tweedie samplers' lists them; default: dpm++-2m, of masked text mdlm)",
    parse: text,
  },
  steps: {
    flags: '--steps <n>',
    help: 'steps of the sampler (default: 20, of text 256)',
    parse: whole({ max: 100_000 }),
  },
})

/** What samplers of Gaussian noise take. */
export const gaussianOptions = options({
  ...stepOptions,
  spacing: {
    flags: '--spacing <name>',
    help: `spacing of the steps: ${spacings.join(', ')} (default: faint, from 50 steps on trailing)`,
    parse: oneOf(spacings),
    group: sampling,
  },
  times: {
    flags: '--times <list>',
    help: 'the times themselves, falling: 1,0.6,0.3,0.1,0',
    parse: (list: string): readonly number[] => list.split(',').map((each) => real({ min: 0, max: 1 })(each.trim())),
    group: sampling,
    conflicts: ['steps', 'spacing'],
  },
  eta: {
    flags: '--eta <x>',
    help: 'noise of ddim, euler, heun …: 0 none, 1 that of ddpm',
    parse: real({ min: 0, max: 1 }),
    group: sampling,
  },
  churn: {
    flags: '--churn <x>',
    help: "EDM's noise for euler and heun: how much over the whole run, such as 40",
    parse: real({ min: 0 }),
    group: sampling,
    conflicts: ['eta'],
  },
  variance: {
    flags: '--variance <which>',
    help: `variance of ddpm's steps: ${reverseVariances.join(', ')} (default: learned if the model has learned it)`,
    parse: oneOf(reverseVariances),
    group: sampling,
  },
})

/** Whether samples are kept in the range of the data on the way. */
export const clipOptions = options({
  clip: { flags: '--clip', help: 'clip to the range of the data in every step (default for images)', group: sampling },
  noClip: { flags: '--no-clip', help: 'do not', group: sampling },
})

/** The strength of class guidance. */
export const guidanceOptions = options({
  guidance: {
    flags: '--guidance <w>',
    help: 'strength of class guidance, w of (w + 1) ε_c − w ε: 0 as learned, 1 to 4 stronger, -1 none',
    parse: real({ min: -1, max: 100 }),
  },
})

/** All other options of guidance. */
export const moreGuidanceOptions = options({
  guidanceRescale: {
    flags: '--guidance-rescale <x>',
    help: 'restore the contrast of guided means: 0 not at all, 1 fully',
    parse: real({ min: 0, max: 1 }),
    group: guiding,
  },
  guidanceInterval: {
    flags: '--guidance-interval <from,to>',
    help: 'guide between these times only, such as 0.2,0.8: 0 is the data, 1 is noise',
    parse: interval,
    group: guiding,
  },
  negative: {
    flags: '--negative <what>',
    help: 'guide away from this class, or from this text where a model knows words',
    parse: text,
    group: guiding,
    conflicts: ['weak'],
  },
  weak: {
    flags: '--weak <model>',
    help: 'guide away from this weaker version of the model',
    parse: text,
    group: guiding,
  },
  classifier: {
    flags: '--classifier <file>',
    help: "guide by a classifier too: what 'tweedie train-classifier' made",
    parse: text,
    group: guiding,
  },
  classifierScale: {
    flags: '--classifier-scale <s>',
    help: 'strength of the classifier (default: 1)',
    parse: real({ min: 0, max: 1000 }),
    group: guiding,
  },
})

/** The heading of options for likelihoods. */
export const likelihoodGroup = 'Likelihood, instead of samples (of text beside them, where both are asked for)'

/** Options for likelihoods: how many items, and how exact. */
export const likelihoodOptions = options({
  likelihood: {
    flags: '--likelihood',
    help: 'how likely held-out data are: the variational bound and the probability flow',
    group: likelihoodGroup,
  },
  likelihoodItems: {
    flags: '--likelihood-items <n>',
    help: 'how many items (default: 32, for points 500, of text 64)',
    parse: whole({ max: 1_000_000 }),
    group: likelihoodGroup,
  },
  terms: {
    flags: '--terms <n>',
    help: 'how many of its terms to evaluate, or all (default: 100, of text 32)',
    parse: (value: string): number => (value === 'all' ? Infinity : whole()(value)),
    group: likelihoodGroup,
  },
})

/** The number of steps of the bound. */
export const boundStepsOptions = options({
  boundSteps: {
    flags: '--bound-steps <n>',
    help: 'reverse steps of the bound (default: all levels of the table, or 1000)',
    parse: whole({ max: 100_000 }),
    group: likelihoodGroup,
  },
})

/** Other data to judge by. */
export const heldOutOptions = options({
  heldOut: {
    flags: '--held-out <path>',
    help: 'data that it was not trained on, to compare with as well',
    parse: text,
  },
})

const classChoices = ['data', 'balanced'] as const
const featureRanges = ['-1,1', '0,1', '0,255'] as const

/** How samples of values are judged. */
export const judgedSamplesOptions = options({
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

/** The shades of images. */
export const shadesOptions = options({
  values: {
    flags: '--values <n>',
    help: 'how many shades the images have, equally spaced (default: 256)',
    parse: whole({ min: 2, max: 65_536 }),
    group: likelihoodGroup,
  },
})

/** The likelihood of a flow. */
export const traceOptions = options({
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

function interval(list: string): readonly [number, number] {
  const [from, to, ...rest] = list.split(',').map((each) => real({ min: 0, max: 1 })(each.trim()))
  if (from !== undefined && to !== undefined && rest.length === 0 && from < to) return [from, to]
  throw new TweedieError('usage', 'It must be two times, the earlier first: 0.2,0.8.')
}
