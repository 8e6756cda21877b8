/** The options of `train` for whole tables. */
import { options, positive, real } from '../../../options.ts'
import { trainOptions as ofTokens } from '../../tokens/options/train.ts'
import { dropout, sizeOptions } from '../../train-options.ts'

const group = 'More: whole tables'

export const trainOptions = options({
  ...sizeOptions,
  dropout,
  kernel: ofTokens.kernel,
  categoryWeight: {
    flags: '--category-weight <x>',
    help: 'λ, the weight of categories beside numbers (default: 1)',
    parse: positive,
    group,
  },
  givenShare: {
    flags: '--given-share <p>',
    help: 'how often a row is learned given some of its cells, as imputation asks (default: 0.5)',
    parse: real({ min: 0, max: 0.999 }),
    group,
  },
})
