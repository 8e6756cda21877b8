/** Options of `eval` for vector-quantised autoencoders. */
import { options, text } from '../../../options.ts'

export const evalOptions = options({
  heldOut: {
    flags: '--held-out <path>',
    help: 'data that it was not trained on, to compare with as well',
    parse: text,
  },
})
