/** Options of `sample` for models of codes. */
import { codeChoices, valueChoices } from '../../choices.ts'
import { oneOf, options, text } from '../../../options.ts'
import { fitOptions, gridOptions } from '../../draw-options.ts'

const latents = 'Pictures as latents, instead of noise'
const idle = ['count', 'trajectory']

export const sampleOptions = options({
  ...gridOptions,
  draw: {
    flags: '--draw <what>',
    help: `what to show of a code's law: ${valueChoices.join(', ')} (default: mean, for points sample)`,
    parse: oneOf(valueChoices),
  },
  encode: {
    flags: '--encode <picture>',
    help: 'encode a picture (or a .npy of samples) to its latent, a .npy',
    parse: text,
    group: latents,
    conflicts: ['decode', 'draw', ...idle],
  },
  code: {
    flags: '--code <which>',
    help: `of an encoder's law: ${codeChoices.join(', ')} (default: mean)`,
    parse: oneOf(codeChoices),
    group: latents,
  },
  decode: {
    flags: '--decode <latent>',
    help: 'decode a latent',
    parse: text,
    group: latents,
    conflicts: ['encode', 'code', ...idle],
  },
  fit: { ...fitOptions.fit, group: latents },
})
