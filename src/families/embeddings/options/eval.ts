/** Options of `eval` for models of noisy embeddings. */
import { options } from '../../../options.ts'
import { boundStepsOptions, gaussianOptions, likelihoodOptions } from '../../options.ts'

export const evalOptions = options({
  ...gaussianOptions,
  clamp: {
    flags: '--clamp',
    help: 'round samples to tokens in every step',
    group: 'Models of text as noisy embeddings (diffusion-lm)',
  },
  ...likelihoodOptions,
  ...boundStepsOptions,
})
