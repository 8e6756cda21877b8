/** The one time of a row in training, by which all of its cells are lost. */
import { absorbingProcess } from '../discrete/absorbing.ts'
import { type BoundTerm, termAt } from '../discrete/terms.ts'

/** Continuous time, for any process. */
const clock = absorbingProcess({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 2)

/** The time that u in [0, 1) picks, with the term of the bound of categories that it stands for. */
export function mixedTime(u: number): BoundTerm {
  return termAt(clock, u)
}
