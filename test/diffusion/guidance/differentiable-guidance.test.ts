/** Guidance of denoisers that know their derivative: against differences, and the same mean as the guidance of one evaluation. */
import { expect, it } from 'vitest'
import type { DenoiseContext, FloatArray } from '../../../src/diffusion/denoise/denoiser.ts'
import { classifierFree } from '../../../src/diffusion/guidance/cfg.ts'
import { composedItems, packedTerms } from '../../../src/diffusion/guidance/composed-items.ts'
import type { DifferentiableDenoiser } from '../../../src/diffusion/guidance/differentiable.ts'
import { guidedWithDerivative } from '../../../src/diffusion/guidance/differentiable-guidance.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'

/** D(x, c) = tanh(c x), whose derivative is c (1 − tanh²(c x)). */
const denoiser: DifferentiableDenoiser = {
  schedule: cosineSchedule(),
  shape: [2],
  denoise: (x, _, { conditions }: DenoiseContext = {}) =>
    Promise.resolve(x.map((value, i) => Math.tanh(of(conditions, i) * value))),
  vjp: (x, _, v, { conditions } = {}) =>
    v.map((each, i) => each * of(conditions, i) * (1 - Math.tanh(of(conditions, i) * x[i]!) ** 2)),
}
const of = (conditions: DenoiseContext['conditions'], i: number): number => conditions!.strength![Math.floor(i / 2)]!

const nothing = { strength: Float32Array.of(0.5) }
const strength = Float32Array.of(1.5, 0.25)
const terms = packedTerms([
  { conditions: { strength }, weights: Float32Array.of(1, 0.5) },
  { conditions: { strength: Float32Array.of(-1, 2) }, weights: Float32Array.of(0.75, -0.25) },
])

it.each([
  ['D = (w + 1) D_c − w D_∅', 1, { strength }, classifierFree(denoiser, { w: 2, nothing })],
  ['D = D_∅ + s Σ w_i (D_i − D_∅)', 2, { strength, ...terms }, composedItems(denoiser, { w: 2, nothing, terms: 2 })],
])('is %s, and its derivative', async (_, count, conditions, evaluated) => {
  const guided = guidedWithDerivative(denoiser, { w: 2, nothing, terms: count })
  const context = { conditions }
  const x = Float64Array.of(0.3, -0.2, 0.8, 0.1)
  const v = Float64Array.of(1, -2, 0.5, 3)
  const mean = await guided.denoise(x, 0.5, context)
  const usual = await evaluated.denoise(x, 0.5, context)
  mean.forEach((value, i) => expect(value).toBeCloseTo(usual[i]!, 6))
  const pulled = await guided.vjp(x, 0.5, v, context)
  const small = 1e-5
  for (let i = 0; i < x.length; i++) {
    const at = async (by: number): Promise<FloatArray> =>
      guided.denoise(
        x.map((value, k) => value + (k === i ? by : 0)),
        0.5,
        context,
      )
    const [more, less] = [await at(small), await at(-small)]
    const slope = Array.from(more).reduce((sum, value, k) => sum + (v[k]! * (value - less[k]!)) / (2 * small), 0)
    expect(pulled[i]).toBeCloseTo(slope, 7)
  }
})
