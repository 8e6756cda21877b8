/** The options of `train` for images, points and other numbers. */
import { listOf, oneOf, options, positive, real, text, whole } from '../../../options.ts'
import { distilMethods, inputViews, parametrisations, presets, trainingTimes, weightings } from '../../choices.ts'
import {
  attention,
  dropout,
  labelDropout,
  noiseOptions,
  objective,
  selfConditioning,
  sizeOptions,
  startOptions,
} from '../../train-options.ts'
import { styleOptions } from '../../pictured/options/train.ts'
import { captionOptions } from '../../words/options/train.ts'
import { preconditions } from './precondition-names.ts'
import { transformNames, usualTransforms } from './transform-names.ts'

const few = 'Few steps'

/** Learning to sample in few steps. */
export const fewStepsOptions = options({
  distil: { flags: '--distil <model>', help: 'learn from this model to sample in few steps', parse: text, group: few },
  stepsOfSampler: {
    flags: '--steps-of-sampler <n>',
    help: 'the few steps (default: 4; of objective consistency 1)',
    parse: whole({ max: 1000 }),
    group: few,
  },
  distilMethod: {
    flags: '--distil-method <name>',
    help: `how: ${distilMethods.join(', ')} (default: ${distilMethods[0]})`,
    parse: oneOf(distilMethods),
    group: few,
  },
  teacherSteps: {
    flags: '--teacher-steps <n>',
    help: "the teacher's steps that the few stand for, a multiple of them (default: 8 times; consistency: 4 times, at least 16)",
    parse: whole({ min: 2, max: 100_000 }),
    group: few,
  },
  doubleEvery: {
    flags: '--double-every <n>',
    help: 'consistency: begin with few of these steps, and double them every n steps of training',
    parse: whole(),
    group: few,
  },
  huber: {
    flags: '--huber <c>',
    help: 'distance √(error² + c²) − c, for c such as 0.01 less moved by outliers (default: the squared error)',
    parse: positive,
    group: few,
  },
  guidance: {
    flags: '--guidance <w>',
    help: 'the guidance of the teacher (default: 0)',
    parse: real({ min: -1, max: 100 }),
    group: few,
  },
})

export const trainOptions = options({
  window: {
    flags: '--window <n>',
    help: 'fields over time: states in a window, which is an item (default: 8; of simulators as they come)',
    parse: whole({ max: 10_000 }),
    group: 'Data',
  },
  stride: {
    flags: '--stride <n>',
    help: 'fields over time: states from one window to the next (default: 1)',
    parse: whole({ max: 10_000 }),
    group: 'Data',
  },
  flip: { flags: '--flip', help: 'mirror images at random', group: 'Data' },
  augment: {
    flags: '--augment <p>',
    help: 'transform images, each way with this probability (such as 0.12), and tell the network: against learning few images by heart',
    parse: real({ min: 0.001, max: 1 }),
    group: 'Data',
  },
  augmentWith: {
    flags: '--augment-with <list>',
    help: `the ways: ${transformNames.join(', ')} (default: ${usualTransforms.join(',')})`,
    parse: listOf(transformNames),
    group: 'More: data',
  },
  givenFrames: {
    flags: '--given-frames',
    help: 'videos: learn to go on from frames that are given, or to fill in between; whole videos are drawn too',
    group: 'Data',
  },
  preset: {
    flags: '--preset <size>',
    help: 'usual (default), or light: a network for browsers and first tries, trained in seconds to minutes',
    parse: oneOf(presets),
    group: 'Network',
  },
  ...sizeOptions,
  attention,
  dropout,
  ...startOptions,
  patch: {
    flags: '--patch <n>',
    help: 'side of the patches that become channels',
    parse: whole({ max: 64 }),
    group: 'More: network',
  },
  objective,
  learnVariance: {
    flags: '--learn-variance',
    help: 'predict the variance of the reverse step too: the loss + 0.001 times the bound',
    group: 'More: objective',
  },
  parametrisation: {
    flags: '--parametrisation <name>',
    help: `the prediction of the network: ${parametrisations.join(', ')}`,
    parse: oneOf(parametrisations),
    group: 'More: objective',
  },
  precondition: {
    flags: '--precondition <name>',
    help: `fields over time: ${preconditions.join(', ')}; a Gaussian of the data gives the mean, and the network learns what is beyond (usual where times are hours of days)`,
    parse: oneOf(preconditions),
    group: 'More: objective',
  },
  weighting: {
    flags: '--weighting <name>',
    help: `weights of the loss: ${weightings.join(', ')}`,
    parse: text,
    group: 'More: objective',
  },
  weightingGamma: {
    flags: '--weighting-gamma <x>',
    help: 'min-snr: the largest SNR that counts (default: 5); p2: the exponent (default: 1)',
    parse: positive,
    group: 'More: objective',
  },
  weightingK: {
    flags: '--weighting-k <x>',
    help: 'p2: what is added to the SNR (default: 1)',
    parse: positive,
    group: 'More: objective',
  },
  weightingBias: {
    flags: '--weighting-bias <x>',
    help: 'sigmoid: the log-SNR at which it is a half (default: 2, with captions -3)',
    parse: real(),
    group: 'More: objective',
  },
  learnedWeights: {
    flags: '--learned-weights',
    help: 'learn how large errors are at each noise level, and let all levels count alike',
    group: 'More: objective',
  },
  selfConditioning: {
    ...selfConditioning,
    help: `${selfConditioning.help} (default for pictures and videos that are learned as usual)`,
  },
  noSelfConditioning: { flags: '--no-self-conditioning', help: 'do not', group: 'More: objective' },
  times: {
    flags: '--times <law>',
    help: `distribution of training times: ${trainingTimes.join(', ')}`,
    parse: oneOf(trainingTimes),
    group: 'More: objective',
  },
  sigmaData: {
    flags: '--sigma-data <x>',
    help: 'standard deviation of the data, for edm (default: 0.5, for points 1)',
    parse: positive,
    group: 'More: objective',
  },
  input: {
    flags: '--input <view>',
    help: `how the network sees state and time: ${inputViews.join(', ')}`,
    parse: oneOf(inputViews),
    group: 'More: objective',
  },
  labelDropout,
  ...styleOptions,
  ...captionOptions,
  ...fewStepsOptions,
  ...noiseOptions,
})
