/** A fixed scale. */
import { filled, mul } from '../../engine/graph/index.ts'
import type { Shape } from '../../engine/graph/index.ts'
import { dimensionsOf } from './bijection.ts'
import type { Bijection } from './bijection.ts'

/** `y = c x`, with no parameters: log |det| = D ln c. It brings data into a spline's box. */
export function scaled(shape: Shape, factor: number): Bijection {
  const total = dimensionsOf({ shape }) * Math.log(Math.abs(factor))
  return Object.freeze<Bijection>({
    name: `times ${factor}`,
    shape,
    outputShape: shape,
    forward: (_, x) => ({ y: mul(x, factor), logDet: filled(total, [x.shape[0]!]) }),
    inverse: (_, y) => ({ y: mul(y, 1 / factor), logDet: filled(-total, [y.shape[0]!]) }),
  })
}
