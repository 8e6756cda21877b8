/** A fixed scale. */
import { constant, div, mul } from '../../engine/graph/index.ts'
import type { Shape } from '../../engine/graph/index.ts'
import { dimensionsOf } from './bijection.ts'
import type { Bijection } from './bijection.ts'

/** `y = c x`, with no parameters: log |det| = D ln c. It brings data into a spline's box. */
export function scaled(shape: Shape, factor: number): Bijection {
  // of the factor as single precision has it
  const total = dimensionsOf({ shape }) * Math.log(Math.abs(Math.fround(factor)))
  return Object.freeze<Bijection>({
    name: `times ${factor}`,
    shape,
    outputShape: shape,
    forward: (_, x) => ({ y: mul(x, factor), logDet: constant(total) }),
    inverse: (_, y) => ({ y: div(y, factor), logDet: constant(-total) }),
  })
}
