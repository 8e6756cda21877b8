/** The figures of hierarchies against closed forms. */
import { describe, expect, test } from 'vitest'
import { transition } from '../../../src/diffusion/noise/kernel.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/index.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { chain } from '../../../src/lab/learn/chapters/hierarchies/chain.ts'
import { explainedExactly, topCodes } from '../../../src/lab/learn/chapters/hierarchies/information.ts'
import { evidence, levelTerms } from '../../../src/lab/learn/chapters/hierarchies/linear.ts'
import { entropy, noiseTerms, timesOf } from '../../../src/lab/learn/chapters/hierarchies/noise.ts'

const levels = { a: 1, b: 1.3, r: 0.5, s: 0.6 }

describe.each(['top-down', 'bottom-up'] as const)('a linear hierarchy, %s', (order) => {
  test('has no gap with the exact encoder', () => {
    const { total, reconstruction, kl1, kl2 } = levelTerms(levels, order, { shift: 0, widen: 0 }, 1.5)
    expect(total).toBeCloseTo(-evidence(levels, 1.5), 9)
    expect(reconstruction + kl1 + kl2).toBeCloseTo(total, 9)
  })

  test('and one of ½ δ²/var for a mean that is off, where only z₁ is wrong', () => {
    // the precision of z₁ given all that its encoder does not yet say
    const posterior = order === 'top-down' ? 1 / (1 / levels.r ** 2 + (levels.a / levels.s) ** 2) : undefined
    const marginal = levels.b ** 2 + levels.r ** 2
    const variance = posterior ?? (marginal * levels.s ** 2) / (levels.a ** 2 * marginal + levels.s ** 2)
    const { total } = levelTerms(levels, order, { shift: 0.4, widen: 0 }, 1.5)
    expect(total + evidence(levels, 1.5)).toBeCloseTo(0.08 / variance, 9)
  })
})

test('the gap of the figure is that of its numbers', async () => {
  const { numbers } = await chain.show({ ...initialValues(chain), shift: 0, widen: 0 })
  expect(numbers['gap']).toBeCloseTo(0, 9)
})

test('a plain encoder’s top code hears of the data through the noise of the lower one', () => {
  for (const widen of [0, 2, 4]) {
    expect(Math.abs(topCodes('bottom-up', widen).explained - explainedExactly('bottom-up', widen))).toBeLessThan(0.1)
    expect(Math.abs(topCodes('top-down', widen).explained - explainedExactly('top-down', widen))).toBeLessThan(0.1)
  }
  // with the exact encoder both orders have the same law
  expect(explainedExactly('bottom-up', 0)).toBeCloseTo(explainedExactly('top-down', 0), 12)
})

describe('diffusion as a hierarchy', () => {
  test('of two levels costs what its Gaussians say', () => {
    const [schedule, variance] = [cosineSchedule(), 0.4]
    const [s, t] = timesOf(2) as [number, number]
    const { posterior, variance: beta } = transition(schedule, s, t)
    // of N(0.5, v), at t = 1 the denoiser gives 0.5: its error is that of the data
    const kl1 =
      0.5 *
      (Math.log(beta / posterior.variance) + posterior.variance / beta - 1 + (posterior.sample ** 2 * variance) / beta)
    const { each } = noiseTerms(2, 'large', variance)
    expect(each[0]).toBeCloseTo(kl1, 4)
    expect(each[1]).toBeCloseTo(0, 4)
  })

  test('closes its gap as levels come closer', () => {
    const gaps = [4, 8, 16].map((count) => noiseTerms(count, 'large', 0.4).bound - entropy(0.4))
    expect(gaps[2]).toBeGreaterThan(0)
    expect(gaps[1]! / gaps[2]!).toBeGreaterThan(1.5)
    expect(gaps[0]! / gaps[1]!).toBeGreaterThan(1.5)
  })
})
