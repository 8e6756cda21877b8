/** The options of `predict`, and of what judges predictions. */
import { options, real, whole } from '../../../options.ts'
import { stepOptions } from '../../options.ts'

export const predictOptions = options({
  ...stepOptions,
  draws: {
    flags: '--draws <n>',
    help: 'draws of the answer for each row (default: 200)',
    parse: whole({ min: 2, max: 100_000 }),
  },
  interval: {
    flags: '--interval <share>',
    help: 'the share of answers that the interval is to hold (default: 0.9)',
    parse: real({ min: 0.01, max: 0.999 }),
  },
})
