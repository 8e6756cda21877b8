import { describe, expect, it } from 'vitest'
import type { Denoiser, FloatArray } from '../../../src/diffusion/denoise/denoiser.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { viewOf } from '../../../src/diffusion/denoise/parametrisation.ts'
import { classifierFree, guidedAway } from '../../../src/diffusion/guidance/cfg.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'

const schedule = cosineSchedule()
const conditional = gaussianDenoiser({ schedule, mean: [1, -1], covariance: 0.2 })
const unconditional = gaussianDenoiser({ schedule, mean: [0, 0], covariance: 1 })
const x = Float64Array.of(0.4, 0.3, -0.2, 0.8)

/** Item by item: the first half of the batch is conditional. */
const both: Denoiser = {
  schedule,
  shape: [2],
  denoise(given: FloatArray, t: number) {
    const out = given.slice()
    out.set(conditional.denoise(given.slice(0, given.length / 2), t), 0)
    out.set(unconditional.denoise(given.slice(given.length / 2), t), given.length / 2)
    return out
  },
}

describe('classifier-free guidance', () => {
  it.each([0, 1, 3.5])('scale %f: one batch of twice the size, or two denoisers', async (scale) => {
    const expected = conditional
      .denoise(x, 0.5)
      .map((c, i) => scale * c + (1 - scale) * unconditional.denoise(x, 0.5)[i]!)
    for (const denoiser of [
      classifierFree(both, { scale }),
      classifierFree(both, { scale, batch: 5 }),
      guidedAway(conditional, unconditional, { scale }),
    ]) {
      const mean = await denoiser.denoise(x, 0.5)
      expect(mean).toHaveLength(4)
      mean.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 13))
    }
  })

  it('guides ε by the formula of the paper, (1 + w) ε_c − w ε_∅', async () => {
    const w = 2
    const { x: onX, mean: onMean } = viewOf('epsilon', schedule, 0.5)
    const epsilon = (mean: ArrayLike<number>) => Array.from(x, (value, i) => onX * value + onMean * mean[i]!)
    const guided = epsilon(await guidedAway(conditional, unconditional, { scale: 1 + w }).denoise(x, 0.5))
    const [c, u] = [epsilon(conditional.denoise(x, 0.5)), epsilon(unconditional.denoise(x, 0.5))]
    guided.forEach((value, i) => expect(value).toBeCloseTo((1 + w) * c[i]! - w * u[i]!, 12))
  })

  it('guides within its interval only', async () => {
    const denoiser = guidedAway(conditional, unconditional, { scale: 4, interval: [0.2, 0.6] })
    expect([...(await denoiser.denoise(x, 0.7))]).toEqual([...conditional.denoise(x, 0.7)])
    expect([...(await denoiser.denoise(x, 0.4))]).not.toEqual([...conditional.denoise(x, 0.4)])
  })

  it.each([
    [
      'one batch',
      (twice: Denoiser, once: Denoiser) => classifierFree(twice, { scale: 4, interval: [0.2, 0.6], plain: once }),
    ],
    ['two denoisers', (twice: Denoiser, once: Denoiser) => guidedAway(once, twice, { scale: 4, interval: [0.2, 0.6] })],
  ])('%s: outside of its interval only the conditional half is evaluated', async (_, guided) => {
    const evaluated: number[] = []
    const counted = (denoiser: Denoiser): Denoiser => ({
      ...denoiser,
      denoise: (given, t) => (evaluated.push(given.length), denoiser.denoise(given, t)),
    })
    const denoiser = guided(counted(both), counted(conditional))
    expect([...(await denoiser.denoise(x, 0.1))]).toEqual([...conditional.denoise(x, 0.1)])
    expect(evaluated).toEqual([x.length])
    await denoiser.denoise(x, 0.4)
    expect(evaluated.slice(1).reduce((sum, length) => sum + length, 0)).toBe(2 * x.length)
  })

  it('rescale 1 brings the standard deviation back to the conditional one', async () => {
    const deviation = ([a, b]: readonly number[]) => Math.abs(a! - b!) / 2
    const mean = await guidedAway(conditional, unconditional, { scale: 4, rescale: 1 }).denoise(x, 0.5)
    expect(deviation([...mean])).toBeCloseTo(deviation([...conditional.denoise(x, 0.5)]), 12)
  })

  it('refuses what makes no sense', async () => {
    expect(() => classifierFree(both, { scale: Number.NaN })).toThrow('guidance scale NaN')
    expect(() => classifierFree(both, { scale: 2, rescale: 2 })).toThrow('rescale 2')
    await expect(classifierFree(both, { scale: 2, batch: 1 }).denoise(x, 0.5)).rejects.toThrow(
      '2 items for guidance of 1',
    )
  })
})
