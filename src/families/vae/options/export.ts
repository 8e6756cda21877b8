/** Options of `export` for variational autoencoders. */
import { oneOf, options } from '../../../options.ts'

const halves = ['decoder', 'encoder'] as const

export const exportOptions = options({
  half: {
    flags: '--half <which>',
    help: 'decoder: codes to means of data; encoder: data to means and log-variances, one after the other (default: decoder)',
    parse: oneOf(halves),
  },
})
