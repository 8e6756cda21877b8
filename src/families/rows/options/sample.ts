/** Options of `sample` for whole tables. */
import { options, real, text } from '../../../options.ts'
import { classOptions } from '../../draw-options.ts'
import { gaussianOptions } from '../../options.ts'

export const sampleOptions = options({
  class: { ...classOptions.class },
  given: {
    flags: '--given <column=value>',
    help: 'a cell that all rows have, age=40: the others are drawn given it; repeat for several',
    parse: text,
    repeated: true,
    group: 'Whole tables',
  },
  steps: gaussianOptions.steps,
  eta: { ...gaussianOptions.eta, parse: real({ min: 0, max: 1 }) },
})
