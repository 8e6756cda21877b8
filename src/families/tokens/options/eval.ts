/** What `eval` takes for models of tokens beside what it takes for all. */
import { options } from '../../../options.ts'
import { guidanceOptions, likelihoodOptions, stepOptions } from '../../options.ts'

export const evalOptions = options({ ...guidanceOptions, ...stepOptions, ...likelihoodOptions })
