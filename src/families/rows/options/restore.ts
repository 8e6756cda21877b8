/** Options of `restore` for whole tables: how missing cells are drawn. */
import { oneOf, options } from '../../../options.ts'
import { gaussianOptions } from '../../options.ts'

const group = 'Whole tables'

export const restoreOptions = options({
  steps: { ...gaussianOptions.steps, group: 'Method' },
  eta: gaussianOptions.eta,
  unknown: {
    flags: '--unknown <how>',
    help: 'categories that the model does not know: refuse, or take as missing to it and keep (default: refuse)',
    parse: oneOf(['refuse', 'keep'] as const),
    group,
  },
})
