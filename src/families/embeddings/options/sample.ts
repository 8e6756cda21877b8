/** Options of `sample` for models of noisy embeddings. */
import { options, positive, text } from '../../../options.ts'
import { lengthOptions } from '../../draw-options.ts'
import { gaussianOptions } from '../../options.ts'

const group = 'Models of text as noisy embeddings (diffusion-lm)'

export const sampleOptions = options({
  ...gaussianOptions,
  ...lengthOptions,
  clamp: { flags: '--clamp', help: 'round to tokens in every step', group },
  require: {
    flags: '--require <what>',
    help: "a word at a place, 'love@5', or characters at places, '[A-Z]@0-3'; repeat for several",
    parse: text,
    repeated: true,
    group,
  },
  fluency: {
    flags: '--fluency <lambda>',
    help: 'weight of fluent text against the requirements (default: 0.01)',
    parse: positive,
    group,
  },
})
