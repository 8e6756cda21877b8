/** Layer norms scaled and shifted by a condition, which begin as identities (adaLN-Zero). Peebles & Xie (2023). */
import { add, mul, normalize, reshape, split } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import { linear } from './layers.ts'
import { inParts, zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'

/**
 * Vectors per sample, linear in the condition `[N, E]`, each of a shape that broadcasts.
 *
 * @param first the initial value of each, the same for every condition
 */
export function modulation(
  scope: Scope,
  condition: Tensor,
  width: number,
  first: readonly number[],
  shape: Shape,
): Tensor[] {
  const parts = first.length
  const biasInit = first.some((value) => value !== 0) ? inParts(...first) : zeros
  const all = linear(scope, condition, parts * width, { init: zeros, biasInit })
  const wide = reshape(all, [...shape.slice(0, -1), parts * width])
  return split(
    wide,
    shape.length - 1,
    Array.from({ length: parts }, () => width),
  )
}

/** A layer norm without weights of its own, then scaled and shifted by the condition. */
export function modulate(x: Tensor, shift: Tensor, scale: Tensor): Tensor {
  return add(mul(normalize(x, 1e-6), add(scale, 1)), shift)
}
