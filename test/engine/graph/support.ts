/** What the tests of the graph share: reproducible numbers, evaluation, comparison. */
import { expect } from 'vitest'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import type { Feed } from '../../../src/engine/graph/reference/evaluate.ts'
import { constant } from '../../../src/engine/graph/index.ts'
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { sizeOf } from '../../../src/engine/graph/index.ts'

/** A linear congruential generator (Numerical Recipes): reproducible numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  next()
  return next
}

/** `size` reproducible numbers in [low, high). */
export function uniform(seed: number, size: number, low = -1, high = 1): number[] {
  const next = generator(seed * 7919 + 1)
  return Array.from({ length: size }, () => low + (high - low) * next())
}

/** `size` reproducible numbers at least 0.3 from each other, in mixed order, `offset` away from a multiple of 0.31. */
export function apart(seed: number, size: number, offset = 0.123): number[] {
  const order = uniform(seed, size)
  const ranks = order.map((each) => order.filter((other) => other < each).length)
  return ranks.map((rank) => (rank - Math.floor(size / 2)) * 0.31 + offset)
}

/** A double-precision constant with reproducible elements. */
export const random = (seed: number, shape: Shape): Tensor =>
  constant(Float64Array.from(uniform(seed, sizeOf(shape))), shape)

/** A double-precision constant. */
export const real = (elements: readonly number[], shape: Shape = [elements.length]): Tensor =>
  constant(Float64Array.from(elements), shape)

/** An integer constant. */
export const whole = (elements: readonly number[], shape: Shape = [elements.length]): Tensor =>
  constant(Int32Array.from(elements), shape)

/** A constant of truth values, 0 or 1. */
export const truth = (elements: readonly number[], shape: Shape = [elements.length]): Tensor =>
  constant(Uint8Array.from(elements), shape)

/** The elements of one tensor. */
export const elementsOf = (tensor: Tensor, feeds: Readonly<Record<string, Feed>> = {}): number[] => [
  ...evaluate([tensor], feeds)[0].data,
]

/** Equal within `tolerance · (1 + |expected|)`, element by element. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const [got, wanted] = [actual[i], expected[i]]
    const close = Object.is(got, wanted) || Math.abs(got! - wanted!) <= tolerance * (1 + Math.abs(wanted!))
    if (!close) expect.fail(`element ${i}: got ${got}, expected ${wanted}`)
  }
}
