/** Options of `sample` for continuous flows. */
import { options } from '../../../options.ts'
import { classOptions, gridOptions, walkOptions } from '../../draw-options.ts'
import { stepOptions } from '../../options.ts'

export const sampleOptions = options({ ...classOptions, ...stepOptions, ...gridOptions, ...walkOptions })
