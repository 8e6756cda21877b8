/** The figures of words against closed forms. */
import { expect, test } from 'vitest'
import { attentionFigure, weightsOf } from '../../../src/lab/learn/chapters/words/attention.ts'
import { bothFigure, drawnOf, sharesOf } from '../../../src/lab/learn/chapters/words/both.ts'
import { lowRankFigure, matrixOf, size, valuesFalling } from '../../../src/lab/learn/chapters/words/low-rank.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'

test('weights are a softmax over the words that are seen', async () => {
  const equal = weightsOf([0, 0], [[1, 2], [3, 4], [5, 6]], [true, true, false]) // prettier-ignore
  expect(equal).toEqual([0.5, 0.5, 0])
  const [a, b] = weightsOf([Math.SQRT2 * Math.log(3), 0], [[1, 0], [0, 0]], [true, true]) // prettier-ignore
  expect([a, b].map((each) => Math.round(1e9 * each!) / 1e9)).toEqual([0.75, 0.25])
  const masked = await attentionFigure.show({ ...initialValues(attentionFigure), masked: true })
  expect(masked.numbers.third).toBe(0)
})

test('both conditions draw what fulfils both; a negative weight the opposite', async () => {
  expect(sharesOf(await drawnOf(1, 1))[2]).toBeGreaterThan(0.9)
  expect(sharesOf(await drawnOf(0, 0))[2]).toBeLessThan(0.4)
  const [right, above] = sharesOf(await drawnOf(1, -1))
  expect(right).toBeGreaterThan(0.9)
  expect(above).toBeLessThan(0.25)
  const { numbers } = await bothFigure.show(initialValues(bothFigure))
  expect(numbers.both).toBe(sharesOf(await drawnOf(1, 1))[2])
})

test('the nearest matrix of a rank is off by the singular values that are left out', async () => {
  const values = valuesFalling(0.6)
  const [whole, near] = [matrixOf(values, size), matrixOf(values, 3)]
  const norm = (entries: Float64Array): number => Math.hypot(...entries)
  const { numbers } = await lowRankFigure.show({ rank: 3, fall: 0.6 })
  expect(norm(whole.map((value, i) => value - near[i]!)) / norm(whole)).toBeCloseTo(numbers.error!, 9)
  expect([numbers.few, numbers.all]).toEqual([144, 576])
})
