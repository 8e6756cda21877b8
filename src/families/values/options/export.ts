/** Options of `export` for models of values. */
import { oneOf, options, text } from '../../../options.ts'
import { arithmetics } from '../../choices.ts'

export const exportOptions = options({
  arithmetic: {
    flags: '--arithmetic <kind>',
    help: `${arithmetics.join(', ')} (default: float32). int8: convolutions in whole numbers, by ranges that are measured first; for processors`,
    parse: oneOf(arithmetics),
  },
  reference: {
    flags: '--reference <file>',
    help: 'a .safetensors file of x, t, class_labels and output, to check other code',
    parse: text,
  },
})
