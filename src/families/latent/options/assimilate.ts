/** Options of `assimilate` for models of windows of codes. */
import { oneOf, options } from '../../../options.ts'
import { valueChoices } from '../../choices.ts'
import { assimilateOptions as ofValues } from '../../values/options/assimilate.ts'

export const assimilateOptions = options({
  ...ofValues,
  draw: {
    flags: '--draw <what>',
    help: `of a model of codes: with the noise of the decoder's law, or its mean: ${valueChoices.join(', ')} (default: sample)`,
    parse: oneOf(valueChoices),
    group: 'Method',
  },
})
