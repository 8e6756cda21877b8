/** CARD by the paper's formulas is DDPM of the residual, and a linear law with Gaussian noise is found as it is. */
import { describe, expect, it } from 'vitest'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { ddpm } from '../../../src/diffusion/sample/ddpm.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import { randomNoise } from '../../../src/diffusion/sample/noise-source.ts'
import { scheduleOfNoise } from '../../../src/diffusion/noise/named.ts'

/** β of the paper: linear from 1e-4 to 0.02. */
const levels = 50
const betas = Array.from({ length: levels }, (_, i) => 1e-4 + ((0.02 - 1e-4) * i) / (levels - 1))

describe("CARD's sampler", () => {
  it("equals DDPM of the residual, by the paper's three weights", async () => {
    const barred: number[] = []
    betas.forEach((beta, i) => barred.push((barred[i - 1] ?? 1) * (1 - beta)))
    const [f, mean, variance] = [1.7, 0.4, 0.3]
    const schedule = scheduleOfNoise({ table: 'linear', levels })
    const denoiser = gaussianDenoiser({ schedule, mean: [mean], covariance: variance })
    const noise = randomNoise(1, { seed: 3 })
    const times = Array.from({ length: levels + 1 }, (_, i) => (levels - i) / levels)
    const residual = await sampleFinal(denoiser, { sampler: ddpm(), times, batch: 1, noise, dtype: 'float64' })

    // y_T ~ N(f, 1); then eq. (6)–(8) of the paper with ŷ₀ from the posterior mean of y₀ = f + r given y_t
    const draw = (step: number): number => {
      const z = new Float64Array(1)
      noise(z, step, 0)
      return z[0]!
    }
    let y = f + draw(-1)
    for (let i = levels - 1, step = 0; i >= 0; i--, step++) {
      const [a, before, beta] = [barred[i]!, barred[i - 1] ?? 1, betas[i]!]
      const r = y - f
      const estimate = f + mean + ((Math.sqrt(a) * variance) / (a * variance + 1 - a)) * (r - Math.sqrt(a) * mean)
      const g0 = (beta * Math.sqrt(before)) / (1 - a)
      const g1 = ((1 - before) * Math.sqrt(1 - beta)) / (1 - a)
      const g2 = 1 + ((Math.sqrt(a) - 1) * (Math.sqrt(1 - beta) + Math.sqrt(before))) / (1 - a)
      expect(g0 + g1 + g2).toBeCloseTo(1, 12)
      const sigma = i > 0 ? Math.sqrt((beta * (1 - before)) / (1 - a)) : 0
      y = g0 * estimate + g1 * y + g2 * f + sigma * (sigma > 0 ? draw(step) : 0)
    }
    expect(residual[0]! + f).toBeCloseTo(y, 8)
  })
})
