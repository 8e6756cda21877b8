/** The noise of a walk between two seeds: its ends, its length, and what batches it is drawn in. */
import { expect, test } from 'vitest'
import { noiseBetween, randomNoise } from '../../../src/diffusion/sample/index.ts'

const size = 200
const drawn = (of: ReturnType<typeof randomNoise>, items: number, step: number): Float32Array => {
  const out = new Float32Array(items * size)
  of(out, step, 0)
  return out
}

test('begins and ends with the noise of the seeds, and keeps their length between', () => {
  const walk = drawn(noiseBetween([1, 2], size, 0, 5), 5, -1)
  const item = (i: number) => walk.subarray(i * size, (i + 1) * size)
  const [from, to] = [1, 2].map((seed) => drawn(randomNoise(size, { seed }), 1, -1)) as [Float32Array, Float32Array]
  item(0).forEach((x, i) => expect(x).toBeCloseTo(from[i]!, 5))
  item(4).forEach((x, i) => expect(x).toBeCloseTo(to[i]!, 5))
  const length = (x: Float32Array) => Math.hypot(...x)
  const [least, most] = [length(from), length(to)].toSorted((a, b) => a - b) as [number, number]
  for (const i of [1, 2, 3]) {
    expect(length(item(i))).toBeGreaterThan(0.98 * least)
    expect(length(item(i))).toBeLessThan(1.02 * most)
  }
})

test('on the way all items get the noise of the first, whatever the batches', () => {
  const whole = noiseBetween([1, 2], size, 0, 5)
  const later = noiseBetween([1, 2], size, 3, 5)
  expect(drawn(later, 2, -1)).toEqual(drawn(whole, 5, -1).subarray(3 * size))
  const way = drawn(whole, 2, 4)
  expect(way.subarray(size)).toEqual(way.subarray(0, size))
  expect(way.subarray(0, size)).toEqual(drawn(randomNoise(size, { seed: 1 }), 1, 4))
})
