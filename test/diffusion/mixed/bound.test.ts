/** The bound of rows: against sums and integrals by hand, and against the entropy of a law whose denoiser is exact. */
import { describe, expect, test } from 'vitest'
import {
  type CategoryProcess,
  exactMixedDenoiser,
  given,
  mixedBound,
  type MixedComponent,
  mixedProcess,
  missing,
  usualMixedSpec,
} from '../../../src/diffusion/mixed/index.ts'
import { components, drawLaw } from './laws.ts'

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length

/** Three standard errors of a mean. */
function threeErrors(values: ArrayLike<number>): number {
  const all = Array.from(values)
  const middle = mean(all)
  return 3 * Math.sqrt(all.reduce((sum, each) => sum + (each - middle) ** 2, 0) / all.length ** 2)
}

describe.each(['absorbing', 'uniform'] as const)('with the kernel %s', (kernel) => {
  test('of the exact denoiser, the mean is the entropy of the law', async () => {
    const process = mixedProcess(usualMixedSpec(kernel), 2, [3])
    const rows = drawLaw(process, components, 600)
    const { total, numbers, categories } = await mixedBound(exactMixedDenoiser(process, components), rows, {
      terms: 24,
    })
    const all = components.reduce((sum, { weight }) => sum + weight, 0)
    const entropy = components.reduce((sum, { weight, covariance: [[a, b], [, d]] }: any) => {
      const p = weight / all
      return sum + p * (-Math.log(p) + Math.log(2 * Math.PI * Math.E) + Math.log(a * d - b * b) / 2)
    }, 0)
    expect(Math.abs(mean(total) - entropy)).toBeLessThan(threeErrors(total))
    expect(mean(numbers) + mean(categories)).toBeCloseTo(mean(total), 8)
  })

  test('of a number and a category in two steps, it is the sum and integral by hand', async () => {
    const process = mixedProcess(usualMixedSpec(kernel), 1, [2])
    const law: MixedComponent[] = [
      { weight: 1, categories: [0], mean: [-1], covariance: [[0.2]] },
      { weight: 2, categories: [1], mean: [0.8], covariance: [[0.5]] },
    ]
    const count = 2500
    const rows = {
      numbers: new Float64Array(count).fill(0.3),
      categories: new Int32Array(count),
      cells: new Uint8Array(2 * count),
    }
    const { total } = await mixedBound(exactMixedDenoiser(process, law), rows, { steps: 2, seed: 7 })
    const [x, c] = [0.3, 0]
    const { schedule } = process
    const [column] = process.columns as [CategoryProcess]
    /** q(state | category) between two times, from the fade: a token is kept with the ratio of the ᾱ. */
    const q = (from: number, to: number, s: number, t: number): number => {
      const kept = column.fade.alphaBar(t) / column.fade.alphaBar(s)
      if (kernel === 'uniform') return (from === to ? kept : 0) + (1 - kept) / 2
      if (from === 2) return Number(to === 2)
      return to === 2 ? 1 - kept : from === to ? kept : 0
    }
    const states = kernel === 'uniform' ? [0, 1] : [0, 1, 2]
    const normalDensity = (y: number, m: number, v: number): number =>
      Math.exp(-((y - m) ** 2) / (2 * v)) / Math.sqrt(2 * Math.PI * v)
    /** p(category | noisy row) and E[x | noisy row], by Bayes' rule. */
    const posterior = (y: number, state: number, t: number) => {
      const [a, v] = [schedule.alpha(t), schedule.sigma(t) ** 2]
      const weights = law.map(
        ({ weight, mean: [m], covariance }, k) =>
          weight * q(k, state, 0, t) * normalDensity(y, a * m!, a * a * covariance[0]![0]! + v),
      )
      const sum = weights[0]! + weights[1]!
      const means = law.map(({ mean: [m], covariance: [[s2]] }: any) => m + ((a * s2) / (a * a * s2 + v)) * (y - a * m))
      return { p: weights.map((w) => w / sum), mean: (weights[0]! * means[0]! + weights[1]! * means[1]!) / sum }
    }
    /** The expectation over x_t and its state, by a fine sum. */
    const expectation = (t: number, value: (y: number, state: number) => number): number => {
      const [a, sd] = [schedule.alpha(t), schedule.sigma(t)]
      let total = 0
      for (let i = -300; i <= 300; i++) {
        const z = i / 50
        for (const state of states) {
          const p = q(c, state, 0, t)
          if (p > 0) total += 0.02 * normalDensity(z, 0, 1) * p * value(a * x + sd * z, state)
        }
      }
      return total
    }
    const [s, t] = [0.5, 1]
    const [as, vs, at, vt] = [schedule.alpha(s), schedule.sigma(s) ** 2, schedule.alpha(t), schedule.sigma(t) ** 2]
    const step = vt - (at / as) ** 2 * vs
    const factor = (as * step) / vt
    const tilde = (step * vs) / vt
    const later = expectation(t, (y, state) => {
      const { p, mean: m } = posterior(y, state, t)
      const numbers = (Math.log(step / tilde) - 1 + (tilde + (factor * (x - m)) ** 2) / step) / 2
      const back = (k: number, to: number): number => (q(k, to, 0, s) * q(to, state, s, t)) / q(k, state, 0, t)
      const categories = states.reduce((sum, to) => {
        const right = back(c, to)
        const guess = p.reduce((all, share, k) => all + (share > 0 ? share * back(k, to) : 0), 0)
        return right > 0 ? sum + right * Math.log(right / guess) : sum
      }, 0)
      return numbers + categories
    })
    // at the first time the variance of the step to 0 is σ²: that of x_t given x₀
    const decoder = expectation(s, (y, state) => {
      const { p, mean: m } = posterior(y, state, s)
      return -Math.log(normalDensity(x, m, vs)) - Math.log(p[c]!)
    })
    const prior = (at ** 2 * x * x + vt - 1 - Math.log(vt)) / 2
    expect(Math.abs(mean(total) - (prior + later + decoder))).toBeLessThan(threeErrors(total))
    expect(threeErrors(total)).toBeLessThan(0.13)
  })
})

test('what is given or missing is no part of it', async () => {
  const process = mixedProcess(usualMixedSpec(), 2, [3])
  const rows = drawLaw(process, components, 300)
  for (let row = 0; row < 300; row++) {
    rows.cells[3 * row + 1] = missing
    rows.cells[3 * row + 2] = given
    rows.numbers[2 * row + 1] = Number.NaN
  }
  const { total, categories } = await mixedBound(exactMixedDenoiser(process, components), rows, { terms: 12 })
  expect(categories.every((nats) => nats === 0)).toBe(true)
  // −log p(x | category), by hand
  const nats = Array.from(rows.categories, (k, row) => {
    const {
      mean: [m],
      covariance: [[v]],
    }: any = components[k]
    return Math.log(2 * Math.PI * v) / 2 + (rows.numbers[2 * row]! - m) ** 2 / (2 * v)
  })
  const differences = total.map((value, row) => value - nats[row]!)
  expect(Math.abs(mean(differences))).toBeLessThan(threeErrors(differences))
})
