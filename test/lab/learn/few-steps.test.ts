/** The figures of few steps against closed forms: on the line, the probability flow maps quantiles to quantiles. */
import { describe, expect, test } from 'vitest'
import { normalCdf } from '../../../src/diffusion/denoise/normal-quantile.ts'
import { components, led, quantiles, schedule } from '../../../src/lab/learn/chapters/few-steps/flow.ts'
import { joined } from '../../../src/lab/learn/chapters/few-steps/jump.ts'
import { jumped } from '../../../src/lab/learn/chapters/few-steps/sampling.ts'
import { segmentsOf } from '../../../src/lab/learn/chapters/few-steps/segments.ts'
import { targets } from '../../../src/lab/learn/chapters/few-steps/target.ts'
import { meanOf, sumOf } from '../../../src/lab/learn/shared/series.ts'

/** P(x_t ≤ x). */
function share(x: number, t: number): number {
  return sumOf(
    components.map(({ weight, mean, covariance }) => {
      const variance = schedule.alpha(t) ** 2 * covariance + schedule.sigma(t) ** 2
      return weight * normalCdf((x - schedule.alpha(t) * mean[0]!) / Math.sqrt(variance))
    }),
  )
}

test('the flow keeps every point’s share', async () => {
  const x = Float64Array.of(-1.4, -0.4, 0.1, 0.9, 1.6)
  const ends = await led(x, 0.95, 0, 400)
  x.forEach((each, i) => expect(Math.abs(share(each, 0.95) - share(ends[i]!, 0))).toBeLessThan(0.01))
})

test('one jump with the weighted mean ends where many steps do', async () => {
  const { states, weights, end } = await joined(0.35, [0.95, 0.7, 0.5, 0.2, 0.05])
  expect(end).toBeCloseTo(states.at(-1)!, 12)
  expect(sumOf(weights)).toBeCloseTo(1, 12)
  for (const weight of weights) expect(weight).toBeGreaterThan(0)
})

describe('segments', () => {
  test('one step of DDIM from noise ends at the mean of the data', async () => {
    const { ddim, jumps } = await segmentsOf(1, quantiles(40))
    for (const end of ddim.at(-1)!) expect(Math.abs(end + 0.24)).toBeLessThan(0.05)
    const ends = jumps.at(-1)!
    expect(meanOf(ends.map((end) => Number(end < 0)))).toBeCloseTo(0.6, 2)
  })

  test('jumps of any number of segments end alike', async () => {
    const [two, eight] = [await segmentsOf(2, quantiles(20)), await segmentsOf(8, quantiles(20))]
    two.jumps.at(-1)!.forEach((end, i) => expect(Math.abs(end - eight.jumps.at(-1)![i]!)).toBeLessThan(0.08))
  })
})

describe('targets', () => {
  test('come to where the flow leads as steps become small', async () => {
    const [coarse, fine] = [await targets(0.8, 0.5, 3), await targets(0.8, 0.5, 64)]
    const off = ({ data, exact }: typeof fine) => Math.abs(meanOf(data) - exact)
    expect(Math.abs(fine.teacher - fine.exact)).toBeLessThan(0.01)
    expect(off(fine)).toBeLessThan(0.05)
    expect(off(fine)).toBeLessThan(off(coarse))
  })

  test('by the data in one step to the end are the data themselves', async () => {
    const { data, teacher } = await targets(0.3, 0.4, 2)
    const [alpha, sigma] = [schedule.alpha(0.4), schedule.sigma(0.4)]
    expect(Math.abs(meanOf(data) - teacher)).toBeLessThan(0.2)
    // Gaussians given x_t: none is outside of what the data may be
    for (const each of data) expect(Math.abs(each)).toBeLessThan(1.2 + 6 * Math.sqrt(0.03))
    expect(alpha ** 2 + sigma ** 2).toBeCloseTo(1, 9)
  })
})

test('exact jumps sample the data in any number, and wrong ones are mended by more', async () => {
  expect((await jumped(0, 1)).distance).toBeLessThan(0.1)
  const [one, four] = [await jumped(0.5, 1), await jumped(0.5, 4)]
  expect(four.distance).toBeLessThan(0.7 * one.distance)
})
