/** Means over the values of items. */
import { mul, sum } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { cropped } from '../../diffusion/latent/index.ts'

/** The mean over the values of each item, padding left out. */
export function meanWithin(x: Tensor, item: readonly number[]): Tensor {
  const inner = cropped(x, item)
  const axes = item.map((_, axis) => axis + 1)
  return mul(sum(inner, axes), 1 / item.reduce((a, b) => a * b, 1))
}
