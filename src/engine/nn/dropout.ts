/**
 * Dropout by fed masks: the random numbers come from outside the graph, so that a step can be repeated exactly.
 * Srivastava et al., Dropout (2014).
 */
import { input, mul } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import { uniform } from '../random/index.ts'
import type { Key } from '../random/index.ts'
import type { Dropout } from './network.ts'

/** A mask that must be fed at every run. */
export interface DropoutMask {
  readonly name: string
  /** `[N, …]`, the shape of what is dropped. */
  readonly shape: Shape
  /** The share of elements that become zero. */
  readonly rate: number
}

/**
 * A {@link Dropout} for a graph that is about to be built, and the list that it fills with the masks to feed.
 *
 * @example
 * const { dropout, masks } = fedDropout()
 * const y = network.build(scope, { x, t, dropout })
 * // then, at every step, for each of masks: feeds[mask.name] = fillMask(key, mask.rate, new Float32Array(sizeOf(mask.shape)))
 */
export function fedDropout(): { readonly dropout: Dropout; readonly masks: readonly DropoutMask[] } {
  const masks: DropoutMask[] = []
  const dropout = (x: Tensor, rate: number): Tensor => {
    const name = `dropout.${masks.length}`
    masks.push({ name, shape: x.shape, rate })
    return mul(x, input(name, x.shape))
  }
  return { dropout, masks }
}

/** Random elements of a mask: 0 with probability `rate`, else `1 / (1 − rate)`. */
export function fillMask(key: Key, rate: number, out: Float32Array): Float32Array {
  uniform(key, out)
  const kept = 1 / (1 - rate)
  for (let i = 0; i < out.length; i++) out[i] = out[i]! < rate ? 0 : kept
  return out
}
