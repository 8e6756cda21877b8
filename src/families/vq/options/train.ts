/** The options of `train` for vector-quantised autoencoders. */
import { options, real, whole } from '../../../options.ts'
import { sizeOptions } from '../../train-options.ts'

const group = 'More: autoencoders of tokens (vq)'

export const trainOptions = options({
  flip: { flags: '--flip', help: 'mirror images at random', group: 'Data' },
  ...sizeOptions,
  codes: {
    flags: '--codes <n>',
    help: 'how many tokens there are (default: 256)',
    parse: whole({ min: 2, max: 65_536 }),
    group,
  },
  codeSize: {
    flags: '--code-size <n>',
    help: "numbers of a token's vector (default: 4)",
    parse: whole({ max: 4096 }),
    group,
  },
  commitment: {
    flags: '--commitment <x>',
    help: 'weight of the distance of the encoder from its vectors (default: 0.25)',
    parse: real({ min: 0, max: 1000 }),
    group,
  },
})
