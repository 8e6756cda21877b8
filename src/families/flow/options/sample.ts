/** Options of `sample` for flows. */
import { options, real, text } from '../../../options.ts'
import { classOptions, conditionOptions, fitOptions, gridOptions } from '../../draw-options.ts'

const latents = 'Items as latents, instead of noise'

export const sampleOptions = options({
  ...classOptions,
  ...conditionOptions,
  ...gridOptions,
  temperature: {
    flags: '--temperature <x>',
    help: 'below 1 likely items are preferred: the standard deviation of the latents',
    parse: real({ min: 0.01, max: 100 }),
    group: 'More: sampling',
  },
  encode: {
    flags: '--encode <picture>',
    help: 'encode a picture (or a .npy of samples) to its latent, a .npy: exactly',
    parse: text,
    group: latents,
    conflicts: ['count', 'temperature'],
  },
  decode: {
    flags: '--decode <latent>',
    help: 'decode a latent: the exact inverse',
    parse: text,
    group: latents,
    conflicts: ['encode', 'count', 'temperature'],
  },
  fit: { ...fitOptions.fit, group: latents },
})
