/** The options of `train` for variational autoencoders. */
import { options, whole } from '../../../options.ts'
import { codedGroup as group, codedTrainOptions } from '../../coded/options/train.ts'
import { sizeOptions } from '../../train-options.ts'

export const trainOptions = options({
  ...sizeOptions,
  latent: {
    flags: '--latent <n>',
    help: 'numbers in a code, or channels of a map of codes (default: 50, for points as many as they have, of a map 4)',
    parse: whole({ max: 65_536 }),
    group,
  },
  ...codedTrainOptions,
})
