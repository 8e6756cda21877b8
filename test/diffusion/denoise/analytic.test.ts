import { describe, expect, it } from 'vitest'
import type { AnalyticDenoiser } from '../../../src/diffusion/denoise/analytic.ts'
import { diracDenoiser } from '../../../src/diffusion/denoise/dirac.ts'
import { symmetricEigen } from '../../../src/diffusion/denoise/eigen.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'
import { edmSchedule } from '../../../src/diffusion/noise/ve.ts'

const covariance = [2, 0.6, -0.3, 0.6, 1, 0.2, -0.3, 0.2, 0.5]

describe.each([cosineSchedule(), rectifiedFlow(), edmSchedule({ sigmaMax: 3 })].map((s) => [s.name, s] as const))(
  'on %s',
  (_, schedule) => {
    const denoisers: [string, AnalyticDenoiser][] = [
      ['Gaussian', gaussianDenoiser({ schedule, mean: [1, -2, 0.5], covariance })],
      [
        'mixture',
        mixtureDenoiser({
          schedule,
          components: [
            { weight: 2, mean: [1, 0, 0], covariance },
            { mean: [-1, -1, 2], covariance: 0.3 },
            { mean: [0, 2, 0], covariance: [0.1, 0.2, 0.3] },
          ],
        }),
      ],
      ['points', diracDenoiser({ schedule, shape: [3], points: [1, 0, 0, -1, 0.5, 0, 0, 0, 1, 2, 2, 2] })],
    ]
    const x = Float64Array.of(0.7, -0.4, 0.2, -1, 1.5, 0.3)

    it.each(denoisers)("%s: Tweedie's formula, E[x₀|x] = (x + σ² ∇ log p)/α", (_name, denoiser) => {
      for (const t of [0.1, 0.4, 0.8]) {
        const mean = denoiser.denoise(x, t)
        for (let i = 0; i < x.length; i++) {
          const [up, down] = [x.slice(), x.slice()]
          up[i]! += 1e-5
          down[i]! -= 1e-5
          const item = Math.floor(i / 3)
          const score = (denoiser.logDensity(up, t)[item]! - denoiser.logDensity(down, t)[item]!) / 2e-5
          expect((x[i]! + schedule.sigma(t) ** 2 * score) / schedule.alpha(t)).toBeCloseTo(mean[i]!, 5)
        }
      }
    })

    it.each(denoisers)('%s: second-order Tweedie, Var[x₀|x] = (σ²/α) ∂E[x₀|x]/∂x', (_name, denoiser) => {
      const t = 0.4
      const variance = denoiser.variance(x, t)
      for (let i = 0; i < x.length; i++) {
        const [up, down] = [x.slice(), x.slice()]
        up[i]! += 1e-5
        down[i]! -= 1e-5
        const slope = (denoiser.denoise(up, t)[i]! - denoiser.denoise(down, t)[i]!) / 2e-5
        expect((schedule.sigma(t) ** 2 / schedule.alpha(t)) * slope).toBeCloseTo(variance[i]!, 6)
      }
    })
  },
)

describe('Gaussian', () => {
  const schedule = cosineSchedule()
  const denoiser = gaussianDenoiser({ schedule, mean: [1, -2, 0.5], covariance })

  it('solves its probability-flow equation, dx/dt = f x − ½ g² ∇ log p', () => {
    const x = Float64Array.of(0.7, -0.4, 0.2)
    const [t, h] = [0.5, 1e-5]
    const [before, after] = [denoiser.flow(x, t, t - h), denoiser.flow(x, t, t + h)]
    const mean = denoiser.denoise(x, t)
    for (let i = 0; i < 3; i++) {
      const score = (schedule.alpha(t) * mean[i]! - x[i]!) / schedule.sigma(t) ** 2
      const velocity = schedule.drift(t) * x[i]! - (schedule.diffusion(t) / 2) * score
      expect((after[i]! - before[i]!) / (2 * h)).toBeCloseTo(velocity, 6)
    }
  })

  it('has density 1 in all: the normal density of a single number', () => {
    const one = gaussianDenoiser({ schedule, mean: [0.3], covariance: 0.25 })
    const variance = schedule.alpha(0.5) ** 2 * 0.25 + schedule.sigma(0.5) ** 2
    const expected = -((1 - schedule.alpha(0.5) * 0.3) ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2
    expect(one.logDensity(Float64Array.of(1), 0.5)[0]).toBeCloseTo(expected, 12)
  })

  it('a mixture of one is the Gaussian', () => {
    const mixture = mixtureDenoiser({ schedule, components: [{ mean: [1, -2, 0.5], covariance }] })
    const x = Float64Array.of(0.7, -0.4, 0.2)
    mixture.denoise(x, 0.3).forEach((value, i) => expect(value).toBeCloseTo(denoiser.denoise(x, 0.3)[i]!, 13))
  })

  it('refuses shapes that do not fit', () => {
    expect(() => gaussianDenoiser({ schedule, mean: [0, 0], covariance: [1, 2, 3] })).toThrow('covariance of 3')
    expect(() => gaussianDenoiser({ schedule, mean: [0, 0], shape: [3] })).toThrow('does not fill')
    expect(() => diracDenoiser({ schedule, shape: [2], points: [1, 2, 3] })).toThrow('no whole number')
  })
})

it('points of almost no variance and points are the same law', () => {
  const schedule = cosineSchedule()
  const points = diracDenoiser({ schedule, shape: [2], points: [1, 0, -1, 2] })
  const mixture = mixtureDenoiser({
    schedule,
    components: [
      { mean: [1, 0], covariance: 0 },
      { mean: [-1, 2], covariance: 0 },
    ],
  })
  const x = Float64Array.of(0.2, 0.9)
  mixture.denoise(x, 0.6).forEach((value, i) => expect(value).toBeCloseTo(points.denoise(x, 0.6)[i]!, 12))
  expect(mixture.logDensity(x, 0.6)[0]).toBeCloseTo(points.logDensity(x, 0.6)[0]!, 12)
})

it('eigenvectors diagonalise', () => {
  const { values, vectors } = symmetricEigen(covariance, 3)
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0
      for (let k = 0; k < 3; k++) sum += vectors[k * 3 + i]! * values[k]! * vectors[k * 3 + j]!
      expect(sum).toBeCloseTo(covariance[i * 3 + j]!, 12)
    }
  }
})
