/** Options of `sample` for vector-quantised autoencoders: pictures to tokens and back. */
import { options, text } from '../../../options.ts'
import { fitOptions, gridOptions } from '../../draw-options.ts'

const group = 'Pictures as latents, instead of noise'

export const sampleOptions = options({
  ...gridOptions,
  encode: {
    flags: '--encode <picture>',
    help: 'a picture (or a .npy of them) to its map of tokens',
    parse: text,
    group,
  },
  decode: {
    flags: '--decode <latent>',
    help: 'a map of tokens, a .npy of whole numbers, to its picture',
    parse: text,
    group,
    conflicts: ['encode'],
  },
  fit: { ...fitOptions.fit, group },
})
