/** Options of training that several families share. */
import { oneOf, type Option, options, positive, real, text, whole, wholes } from '../options.ts'
import { arithmetics, attentions, decays, noiseSchedules, noiseTables, optimizers } from './choices.ts'

/** Options that every family has, the user's own too. */
export const sharedTrainOptions = options({
  minutes: {
    flags: '--minutes <n>',
    help: 'minutes in all (default: 10, for points 2)',
    parse: positive,
    group: 'How long (one of)',
  },
  steps: { flags: '--steps <n>', help: 'steps in all', parse: whole(), group: 'How long (one of)' },
  epochs: { flags: '--epochs <n>', help: 'passes over the data', parse: positive, group: 'How long (one of)' },
  seed: {
    flags: '--seed <n>',
    help: 'equal seeds give equal results (default: 0)',
    parse: whole({ min: 0 }),
    group: 'Optimisation',
  },
  batch: {
    flags: '--batch <n>',
    help: 'items to a step (default: 32, for text 16, for points 256)',
    parse: whole(),
    group: 'Optimisation',
  },
  rate: { flags: '--rate <x>', help: 'highest learning rate', parse: positive, group: 'Optimisation' },
  optimizer: {
    flags: '--optimizer <name>',
    help: `${optimizers.join(', ')} (default: muon for the usual networks of pictures and tokens, else adamw)`,
    parse: oneOf(optimizers),
    group: 'More: optimisation',
  },
  momentum: {
    flags: '--momentum <x>',
    help: 'of sgd and muon: memory of past gradients (default: 0, of muon 0.95)',
    parse: real({ min: 0, max: 0.999999 }),
    group: 'More: optimisation',
  },
  arithmetic: {
    flags: '--arithmetic <kind>',
    help: `${arithmetics.join(', ')} (default: float32). int8: large convolutions and projections multiply in eight bits, gradients of weights do not; faster on a cpu with integer dot products`,
    parse: oneOf(arithmetics),
    group: 'More: optimisation',
  },
  accumulate: {
    flags: '--accumulate <n>',
    help: 'batches to a step, as if they were one (default: 1)',
    parse: whole({ max: 1_000_000 }),
    group: 'More: optimisation',
  },
  warmup: {
    flags: '--warmup <n>',
    help: 'steps of rising learning rate',
    parse: whole({ min: 0 }),
    group: 'More: optimisation',
  },
  decay: {
    flags: '--decay <how>',
    help: `the learning rate afterwards: ${decays.join(', ')}`,
    parse: oneOf(decays),
    group: 'More: optimisation',
  },
  weightDecay: {
    flags: '--weight-decay <x>',
    help: 'decay of the weights',
    parse: real({ min: 0 }),
    group: 'More: optimisation',
  },
  clip: { flags: '--clip <x>', help: 'longest gradient', parse: positive, group: 'More: optimisation' },
  ema: {
    flags: '--ema <x>',
    help: 'decay of the average of the weights',
    parse: real({ min: 0, max: 0.999999 }),
    group: 'More: optimisation',
  },
  emaWidth: {
    flags: '--ema-width <x>',
    help: 'in place of --ema: width of the average as a share of the training, such as 0.1',
    parse: real({ min: 0.001, max: 0.28 }),
    conflicts: ['ema'],
    group: 'More: optimisation',
  },
  keepBest: {
    flags: '--keep-best',
    help: 'watch the loss of the held-out items (--hold-out; here by default 0.1), and keep the weights that are best on them: small data sets are soon learned by heart',
    conflicts: ['keepAverages'],
    group: 'More: optimisation',
  },
  keepAverages: {
    flags: '--keep-averages <n>',
    help: 'keep averages of n moments, of which `tweedie average` makes one of any width (16 is good)',
    parse: whole({ min: 2, max: 1000 }),
    conflicts: ['ema'],
    group: 'More: optimisation',
  },
})

/** The size of a network. */
export const sizeOptions = options({
  widths: {
    flags: '--widths <list>',
    help: 'channels at each resolution, such as 64,128; of a transformer its width',
    parse: wholes,
    group: 'Network',
  },
  depth: {
    flags: '--depth <n>',
    help: 'residual blocks at each resolution; of a transformer its layers',
    parse: whole({ max: 64 }),
    group: 'Network',
  },
  network: {
    flags: '--network <file>',
    help: "a network's configuration, such as a UNet2DModel's config.json, or the name of one of your own",
    // The command line and `train` in Node read a file first; here it is a network by name.
    parse: text as (text: string) => unknown,
    group: 'Network',
  },
})

/** What the weights of a U-Net are before training. */
export const startOptions = options({
  classStd: {
    flags: '--class-std <x>',
    help: 'standard deviation of class embeddings before training (default: 1, ten times that of times)',
    parse: positive,
    group: 'More: network',
  },
  zeroInit: {
    flags: '--zero-init',
    help: 'let residual blocks begin as identities, and the output as zero',
    group: 'More: network',
  },
})

export const attention = {
  flags: '--attention <where>',
  help: attentions.join(', '),
  parse: oneOf(attentions),
  group: 'More: network',
} as const satisfies Option

export const dropout = {
  flags: '--dropout <p>',
  help: 'drop this share of activations in training, such as 0.1 (default: 0)',
  parse: real({ min: 0, max: 0.9 }),
  group: 'More: network',
} as const satisfies Option

export const selfConditioning = {
  flags: '--self-conditioning',
  help: 'tell the network what it estimated a step before; a step of training costs a sixth more, one of sampling nothing',
  group: 'More: objective',
} as const satisfies Option

export const labelDropout = {
  flags: '--label-dropout <p>',
  help: 'how often the class is left out',
  parse: real({ min: 0, max: 0.999 }),
  group: 'More: objective',
} as const satisfies Option

/** Descriptions of recipes by name; each family defines its own. */
const meanings = {
  simple: 'all levels alike',
  vlb: 'the variational bound',
  hybrid: 'simple + 0.001 vlb, learning variances',
  likelihood: 'the bound in continuous time, on vp',
  'score-matching': 'the score on ve',
  'flow-matching': 'the velocity of rectified-flow',
  edm: "EDM's network, weights and noise",
  consistency: 'samples in few steps, without a teacher',
  'diffusion-lm': 'text as noisy embeddings',
}

export const objective = {
  flags: '--objective <name>',
  help: Object.entries(meanings)
    .map(([name, meaning]) => `${name}: ${meaning}`)
    .join('; '),
  parse: text,
  group: 'Objective',
} as const satisfies Option

/** Gaussian noise. */
export const noiseOptions = options({
  noise: {
    flags: '--noise <name>',
    help: `a table: ${noiseTables.join(', ')}; in continuous time: ${noiseSchedules.join(', ')}`,
    parse: text,
    group: 'More: noise',
  },
  schedule: { flags: '--schedule <name>', help: 'the same', parse: text, conflicts: ['noise'], group: 'More: noise' },
  levels: {
    flags: '--levels <n>',
    help: 'how many levels a table has (default: 1000)',
    parse: whole({ min: 2, max: 100_000 }),
    group: 'More: noise',
  },
  betaStart: {
    flags: '--beta-start <x>',
    help: 'linear, scaled_linear: β of the first level (default: 0.0001)',
    parse: positive,
    group: 'More: noise',
  },
  betaEnd: {
    flags: '--beta-end <x>',
    help: 'linear, scaled_linear: β of the last level (default: 0.02)',
    parse: positive,
    group: 'More: noise',
  },
  betaMin: {
    flags: '--beta-min <x>',
    help: 'vp, sub-vp: β at the data (default: 0.1)',
    parse: positive,
    group: 'More: noise',
  },
  betaMax: {
    flags: '--beta-max <x>',
    help: 'vp, sub-vp: β at the noise (default: 20)',
    parse: positive,
    group: 'More: noise',
  },
  sigmaMin: {
    flags: '--sigma-min <x>',
    help: 've, sqrt: the least noise (default: 1, for sqrt 0.1)',
    parse: positive,
    group: 'More: noise',
  },
  sigmaMax: {
    flags: '--sigma-max <x>',
    help: 've, edm: the most noise (default: 50, for edm 80)',
    parse: positive,
    group: 'More: noise',
  },
  shift: {
    flags: '--shift <x>',
    help: 'in continuous time: σ/α times this; above 1 for large images',
    parse: positive,
    group: 'More: noise',
  },
})
