/** The options of `eval` for predictions. */
import { options } from '../../../options.ts'
import { heldOutOptions, stepOptions } from '../../options.ts'
import { predictOptions } from './predict.ts'

const { draws } = predictOptions

export const evalOptions = options({
  ...heldOutOptions,
  ...stepOptions,
  draws: { ...draws, help: 'draws of the answer for each row (default: 1000)' },
})
