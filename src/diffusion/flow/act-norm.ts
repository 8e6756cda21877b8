/**
 * A scale and a shift for each channel. Kingma & Dhariwal, Glow (2018), section 3.1. It begins as the identity: data are
 * standardised already, and no batch decides what a run begins with.
 */
import { add, div, exp, mul, reshape, sizeOf, sub, sum } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { zeros } from '../../engine/nn/parameters.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { Bijection } from './bijection.ts'

/** `y = x e^s + b` along the first axis of an item, `[C, ...S]`: log |det| = |S| Σ s. */
export function actNorm(shape: Shape): Bijection {
  const [channels, ...spatial] = shape as [number, ...number[]]
  const places = sizeOf(spatial)
  const read = (scope: Scope) => {
    const alike = (name: string): Tensor =>
      reshape(scope.parameter(name, [channels], zeros), [channels, ...spatial.map(() => 1)])
    return { scale: alike('log_scale'), bias: alike('bias') }
  }
  return Object.freeze<Bijection>({
    name: 'act norm',
    shape,
    outputShape: shape,
    forward(scope, x) {
      const { scale, bias } = read(scope)
      return { y: add(mul(x, exp(scale)), bias), logDet: mul(sum(scale), places) }
    },
    inverse(scope, y) {
      const { scale, bias } = read(scope)
      return { y: div(sub(y, bias), exp(scale)), logDet: mul(sum(scale), -places) }
    },
  })
}
