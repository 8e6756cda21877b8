/** Options of `sample` for models of tokens. */
import { options, real, text } from '../../../options.ts'
import { classOptions, gridOptions, lengthOptions } from '../../draw-options.ts'
import { guidanceOptions, stepOptions } from '../../options.ts'

export const sampleOptions = options({
  ...classOptions,
  ...guidanceOptions,
  ...stepOptions,
  ...gridOptions,
  ...lengthOptions,
  infill: {
    flags: '--infill <template>',
    help: "of text: a template, such as 'To be, [MASK:20] question'; [MASK…] fills up",
    parse: text,
    group: 'Models of text and other tokens',
  },
  temperature: {
    flags: '--temperature <x>',
    help: 'below 1 likely tokens are preferred',
    parse: real({ min: 0.01, max: 100 }),
    group: 'Models of text and other tokens',
  },
})
