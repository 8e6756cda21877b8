/** The figures of solvers against closed forms. */
import { expect, test } from 'vitest'
import { measureOrder } from '../../../src/diffusion/sample/index.ts'
import { karrasFigure } from '../../../src/lab/learn/chapters/solvers/karras.ts'
import { momentsFigure } from '../../../src/lab/learn/chapters/solvers/moments.ts'
import { addedBy, noiseFigure, varianceError } from '../../../src/lab/learn/chapters/solvers/noise.ts'
import { errorOf, orderFigure, solvers } from '../../../src/lab/learn/chapters/solvers/order.ts'
import { pathsFigure } from '../../../src/lab/learn/chapters/solvers/paths.ts'
import { tabled, tableFigure } from '../../../src/lab/learn/chapters/solvers/table.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'

test('weights on the data leave a state without noise without noise', async () => {
  for (const [name, { sampler }] of Object.entries(tabled)) {
    const { numbers } = await tableFigure.show({ sampler: name, steps: 5, step: 3 })
    // of a noise prediction the answers of a noiseless state are zero, of a data prediction x₀
    expect(numbers.kept, sampler.name).toBeCloseTo(numbers.alphaS!, 9)
  }
})

test('the moments are integrals, and the weights exact for powers', async () => {
  const values = initialValues(momentsFigure)
  const { numbers } = await momentsFigure.show({ ...values, order: 3 })
  const integral = (j: number): number => {
    let sum = 0
    for (let i = 0; i < 20_000; i++) {
      const u = (i + 0.5) / 20_000
      sum += (values.h * Math.exp(-values.h * (1 - u)) * u ** j) / 20_000
    }
    return sum
  }
  const { m0, m1, m2, w0, w1, w2 } = numbers as Record<string, number>
  expect([m0, m1, m2]).toEqual([0, 1, 2].map((j) => expect.closeTo(integral(j), 7)))
  expect(w0! + w1! + w2!).toBeCloseTo(m0!, 12)
  expect(-w1! - 2 * w2!).toBeCloseTo(m1!, 12)
  expect(w1! + 4 * w2!).toBeCloseTo(m2!, 12)
})

test('a higher order errs less in a short step', async () => {
  const values = { ...initialValues(momentsFigure), h: 0.2 }
  const error = async (order: number) => (await momentsFigure.show({ ...values, order })).numbers.error!
  expect(await error(2)).toBeLessThan((await error(1)) / 3)
  expect(await error(3)).toBeLessThan(await error(2))
})

test('the grid is Karras’s', async () => {
  for (const rho of [1, 3, 7]) {
    const { numbers } = await karrasFigure.show({ rho, steps: 9, churn: 0 })
    expect(numbers.level! / numbers.formula!).toBeCloseTo(1, 6)
  }
  const faint = async (rho: number) => (await karrasFigure.show({ rho, steps: 20, churn: 0 })).numbers.faint!
  expect(await faint(7)).toBeGreaterThan(await faint(1))
})

test('slopes are the orders that solvers claim, but for those that are known not to be', async () => {
  for (const [name, order] of [
    ['ddim', 1],
    ['heun', 2],
    ['dpm++-2m', 2],
    ['rk4', 4],
  ] as const) {
    const { sampler } = solvers[name]!
    const slope = Math.log2((await errorOf(sampler, 40)) / (await errorOf(sampler, 80)))
    expect(Math.abs(slope - order), name).toBeLessThan(0.35)
    expect(sampler.order).toBe(order)
  }
  const published = Math.log2(
    (await errorOf(solvers['dpm++-3m-published']!.sampler, 40)) /
      (await errorOf(solvers['dpm++-3m-published']!.sampler, 80)),
  )
  expect(published).toBeLessThan(2.5)
  const { numbers } = await orderFigure.show(initialValues(orderFigure))
  expect(numbers.other).toBeGreaterThan(2.5)
})

test('the figure’s errors are those of the package’s own measurement', async () => {
  const { errors } = await measureOrder(solvers.heun!.sampler, { steps: [20] })
  expect((await errorOf(solvers.heun!.sampler, 20)) / errors[0]!).toBeCloseTo(1, 4)
})

test('more steps lead closer to the flow', async () => {
  const values = { ...initialValues(pathsFigure), solver: 'dpm++-2m', grid: 'logSnr' } as const
  const error = async (steps: number) => (await pathsFigure.show({ ...values, steps })).numbers.error!
  expect(await error(30)).toBeLessThan((await error(8)) / 4)
})

test('ancestral noise is k-diffusion’s, and up and down make where the step wanted to go', async () => {
  expect(addedBy(3, 1.8, 1)).toBeCloseTo(1.8 * Math.sqrt(1 - 0.36), 9)
  expect(addedBy(3, 1.8, 0)).toBe(0)
  const { numbers } = await noiseFigure.show({ eta: 0.7, from: 3, ratio: 0.6 })
  expect(numbers.total).toBeCloseTo(1.8, 9)
  for (const eta of [0, 1]) expect(await varianceError(eta, 32)).toBeLessThan((await varianceError(eta, 8)) / 4)
})
