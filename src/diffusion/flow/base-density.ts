/** The base density N(0, I), and the density of a flow. */
import { add, mul, reshape, square, sum } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Mapped } from './bijection.ts'

/** log N(z; 0, I) of each item, `[N, ...] → [N]`, in nats: −½ Σ z² − ½ D ln 2π. */
export function logNormal(z: Tensor): Tensor {
  const flat = reshape(z, [z.shape[0]!, -1])
  return add(mul(sum(square(flat), 1), -0.5), -0.5 * flat.shape[1]! * Math.log(2 * Math.PI))
}

/** log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x| of each item, `[N]`, in nats, of a mapped batch. */
export function logDensity({ y, logDet }: Mapped): Tensor {
  return add(logNormal(y), logDet)
}
