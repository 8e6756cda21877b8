/** Several conditions in one, as terms of each item. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DenoiseContext, Denoiser, FloatArray } from '../../../src/diffusion/denoise/denoiser.ts'
import { classifierFree } from '../../../src/diffusion/guidance/cfg.ts'
import { composed } from '../../../src/diffusion/guidance/composed.ts'
import { composedItems, packedTerms } from '../../../src/diffusion/guidance/composed-items.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'

const schedule = cosineSchedule()
const size = 2
/** A mean that depends on two conditions in a way that is not linear. */
const conditional: Denoiser = {
  schedule,
  shape: [size],
  denoise(x: FloatArray, t: number, { conditions = {} }: DenoiseContext = {}) {
    return x.map((value, i) => {
      const item = Math.floor(i / size)
      const [a, b] = [conditions['a']![item]!, conditions['b']![item]!]
      return Math.tanh(value + a * t) + a * b + b ** 2
    })
  },
}
const nothing = { a: Float32Array.of(0) }
const finite = fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround)
const items = 3
const each = fc.array(finite, { minLength: items, maxLength: items }).map((own) => Float32Array.from(own))

test('each item is what a composition of its own terms gives it, and guidance of scale s multiplies all weights by s', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ a: each, weights: each }), { minLength: 1, maxLength: 3 }),
      each,
      fc.double({ min: 0, max: 4, noNaN: true }),
      fc.constantFrom(items, items + 1),
      async (terms, b, scale, batch) => {
        const x = Float64Array.from({ length: items * size }, (_, i) => Math.sin(i))
        const packed = packedTerms(terms.map(({ a, weights }) => ({ conditions: { a }, weights })))
        const guided = composedItems(conditional, { scale, terms: terms.length, nothing, batch })
        const made = await guided.denoise(x, 0.4, { conditions: { a: terms[0]!.a, b, ...packed } })
        for (let item = 0; item < items; item++) {
          const own = terms.map(({ a, weights }) => ({
            conditions: { a: Float32Array.of(a[item]!) },
            weight: scale * weights[item]!,
          }))
          const alone = composed(conditional, own, { nothing })
          const expected = await alone.denoise(x.slice(item * size, (item + 1) * size), 0.4, {
            conditions: { b: Float32Array.of(b[item]!) },
          })
          expected.forEach((value, i) => expect(made[item * size + i]).toBeCloseTo(value, 9))
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('one term of weight 1 is guidance away from nothing, rescaled and in its interval; outside it the condition alone', async () => {
  const x = Float64Array.of(0.3, -0.8, 1.2, 0.1)
  const [a, b] = [Float32Array.of(1, -1), Float32Array.of(0.5, 0.2)]
  const options = { w: 3, rescale: 0.4, interval: [0.2, 0.6], nothing } as const
  const one = composedItems(conditional, { ...options, terms: 1 })
  const usual = classifierFree(conditional, options)
  const packed = packedTerms([{ conditions: { a }, weights: Float32Array.of(1, 1) }])
  for (const t of [0.1, 0.4, 0.9]) {
    const [left, right] = [
      await one.denoise(x, t, { conditions: { a, b, ...packed } }),
      await usual.denoise(x, t, { conditions: { a, b } }),
    ]
    left.forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 12))
  }
})

test('a call of more items than were compiled for is refused', async () => {
  const guided = composedItems(conditional, { w: 1, terms: 2, nothing, batch: 1 })
  await expect(guided.denoise(new Float64Array(4), 0.5)).rejects.toThrow(/2 items for guidance of 1/)
})
