/** The figures of Langevin dynamics against closed forms. */
import { expect, test } from 'vitest'
import { annealingFigure } from '../../../src/lab/learn/chapters/langevin/annealing.ts'
import { biasFigure, lawOfLangevin } from '../../../src/lab/learn/chapters/langevin/bias.ts'
import { clustersFigure } from '../../../src/lab/learn/chapters/langevin/clusters.ts'
import { valleyFigure } from '../../../src/lab/learn/chapters/langevin/valley.ts'
import { walkFigure } from '../../../src/lab/learn/chapters/langevin/walk.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'

test('on a normal law the variance obeys V → (1 − δ)² V + 2δ, in both conventions', async () => {
  for (const [size, convention] of [
    [0.4, 'full'],
    [0.8, 'half'],
  ] as const) {
    const { factors, variances } = await lawOfLangevin(size, convention, 12)
    let [variance, factor] = [0, 1]
    for (let k = 1; k <= 12; k++) {
      ;[variance, factor] = [0.6 ** 2 * variance + 0.8, 0.6 * factor]
      expect(variances[k]).toBeCloseTo(variance, 12)
      expect(factors[k]).toBeCloseTo(factor, 12)
    }
  }
  const { numbers } = await biasFigure.show({ size: 0.4, convention: 'full' })
  expect(numbers.variance).toBeCloseTo(numbers.limit!, 9)
  expect(numbers.limit).toBeCloseTo(1.25, 12)
})

test('without noise a walker ends where the score is zero', async () => {
  const { numbers } = await walkFigure.show({ ...initialValues(walkFigure), noisy: false, steps: 300, delta: 0.1 })
  expect(numbers.push).toBeLessThan(1e-6)
  expect(numbers.kick).toBe(0)
})

test('the valley of two equal modes is as deep as the distance says', async () => {
  const { numbers } = await valleyFigure.show({ apart: 6, left: 0.5 })
  const variance = 0.3 + 0.05 ** 2
  // in the middle both modes count: log p falls by (3²/2v) − log 2 from a top
  expect(numbers.drop).toBeCloseTo(9 / (2 * variance) - Math.log(2), 1)
  const apart = (await valleyFigure.show({ apart: 6, left: 0.1 })).numbers
  expect(apart.score).toBeCloseTo(apart.other!, 6)
})

test('annealing finds the shares that plain dynamics does not', async () => {
  const { numbers } = await clustersFigure.show({
    ...initialValues(clustersFigure),
    means: [
      [-2.6, 0],
      [2.6, 0],
    ],
  })
  expect(Math.abs(numbers.plain! - numbers.start!)).toBeLessThan(0.08)
  expect(Math.abs(numbers.annealed! - 0.2)).toBeLessThan(0.1)
  expect(Math.abs(numbers.plain! - 0.2)).toBeGreaterThan(0.2)
})

test('step sizes follow σ², level by level', async () => {
  const values = initialValues(annealingFigure)
  const [first, last] = [
    await annealingFigure.show({ ...values, level: 1 }),
    await annealingFigure.show({ ...values, level: 16 }),
  ]
  expect(first.numbers.a! / last.numbers.a!).toBeCloseTo((first.numbers.sigma! / last.numbers.sigma!) ** 2, 9)
  expect(last.numbers.a).toBeCloseTo(last.numbers.epsilon!, 12)
})
