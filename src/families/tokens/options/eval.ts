/** Options of `eval` for models of tokens. */
import { options } from '../../../options.ts'
import { guidanceOptions, likelihoodOptions, stepOptions } from '../../options.ts'

export const evalOptions = options({ ...guidanceOptions, ...stepOptions, ...likelihoodOptions })
