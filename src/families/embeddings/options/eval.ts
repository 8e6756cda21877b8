/** What `eval` takes for models of text as noisy embeddings beside what it takes for all. */
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
