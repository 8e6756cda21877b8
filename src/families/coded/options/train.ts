/** The options of `train` for the law of data given a code, and for the bound that is made small. */
import { decoderLaws } from '../../choices.ts'
import { oneOf, options, positive, real, whole } from '../../../options.ts'

/** The heading in help. */
export const codedGroup = 'More: autoencoders'
const group = codedGroup

export const codedTrainOptions = options({
  decoderLaw: {
    flags: '--decoder-law <name>',
    help: `the law of data given a code: ${decoderLaws.join(', ')} (default: gaussian, for images discretised); bernoulli draws black or white pixels anew at every step`,
    parse: oneOf(decoderLaws),
    group,
  },
  shades: {
    flags: '--shades <n>',
    help: 'of discretised: how many shades the images have, equally spaced (default: 256)',
    parse: whole({ min: 2, max: 65_536 }),
    group,
  },
  sigma: {
    flags: '--sigma <x>',
    help: "of gaussian and discretised: the law's width at the beginning, of data within [-1, 1]; it is learned (default: 0.3)",
    parse: positive,
    group,
  },
  klWeight: {
    flags: '--kl-weight <x>',
    help: "weight of the codes' divergence (default: 1, which is the bound)",
    parse: real({ min: 0, max: 1e6 }),
    group,
  },
  warmupKl: {
    flags: '--warmup-kl <n>',
    help: 'steps over which that weight rises from 0 (default: 0)',
    parse: whole({ min: 0, max: 1e9 }),
    group,
  },
  freeBits: {
    flags: '--free-bits <nats>',
    help: 'nats that each number of a code, or channel, may cost without a penalty; of several levels of codes, each level (default: 0)',
    parse: real({ min: 0, max: 1e6 }),
    group,
  },
  importanceSamples: {
    flags: '--importance-samples <k>',
    help: 'draws of each code: more than 1 make the importance-weighted bound (default: 1)',
    parse: whole({ max: 10_000 }),
    group,
  },
})
