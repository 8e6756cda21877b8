/** Options of `eval` for whole tables. */
import { options } from '../../../options.ts'
import { gaussianOptions, heldOutOptions, likelihoodOptions } from '../../options.ts'

export const evalOptions = options({
  ...heldOutOptions,
  ...likelihoodOptions,
  steps: gaussianOptions.steps,
  eta: gaussianOptions.eta,
})
