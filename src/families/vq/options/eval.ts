/** Options of `eval` for vector-quantised autoencoders. */
import { heldOutOptions } from '../../options.ts'

export const evalOptions = heldOutOptions
