/** Measures of tables: against closed forms, and on tables that are alike or not. */
import { describe, expect, test } from 'vitest'
import { key, normal } from '../../../../src/engine/random/index.ts'
import { associationError, associations, columnDistances } from '../../../../src/tools/metrics/table/columns.ts'
import type { MeasuredColumn } from '../../../../src/tools/metrics/table/features.ts'
import { areaUnderCurve } from '../../../../src/tools/metrics/table/linear.ts'
import { closestRecords, detection } from '../../../../src/tools/metrics/table/two-sample.ts'
import { utility } from '../../../../src/tools/metrics/table/utility.ts'

const count = 400
const number = (name: string, values: ArrayLike<number>): MeasuredColumn => ({ kind: 'number', name, values })
const category = (name: string, values: ArrayLike<number>): MeasuredColumn => ({
  kind: 'category',
  name,
  names: ['a', 'b', 'c'],
  values,
})

/** x, y = 2x + noise of a third, and a category that says whether x is positive. */
function tableOf(seed: number, shift = 0): readonly MeasuredColumn[] {
  const x = normal(key(`x ${seed}`), new Float64Array(count)).map((each) => each + shift)
  const e = normal(key(`e ${seed}`), new Float64Array(count))
  return [
    number('x', x),
    number(
      'y',
      x.map((each, i) => 2 * each + e[i]! / 3),
    ),
    category(
      'c',
      Array.from(x, (each) => Number(each > 0)),
    ),
  ]
}

describe('distances of columns', () => {
  test('of numbers, the Wasserstein distance in standard deviations, for samples of any sizes', () => {
    const a = [number('n', [0, 0, 1, 1])]
    // ∫ |F⁻¹ − G⁻¹| = 1/2 · |0 − 2| + 1/2 · |1 − 2|, and the standard deviation is 1/2
    expect(columnDistances(a, [number('n', [2])])[0]!.value).toBeCloseTo(3, 12)
    expect(columnDistances(a, [number('n', [1, 0, Number.NaN])])[0]!.value).toBeCloseTo(0, 12)
    expect(columnDistances(a, [number('n', [0, 0, 1])])[0]!.value).toBeCloseTo((1 / 6) * 2, 12)
  })

  test('of categories, the total variation, by their names', () => {
    const a = [category('k', [0, 0, 1, 2])]
    const b: MeasuredColumn[] = [{ kind: 'category', name: 'k', names: ['c', 'a'], values: [0, 1, 1, -1] }]
    // (1/2, 1/4, 1/4) and (2/3, 0, 1/3)
    expect(columnDistances(a, b)[0]!.value).toBeCloseTo((1 / 6 + 1 / 4 + 1 / 12) / 2, 12)
  })
})

test('associations: correlation, correlation ratio, and V', () => {
  const columns = [
    number('x', [1, 2, 3, 4]),
    number('y', [8, 6, 4, 2]),
    category('k', [0, 0, 1, 1]),
    category('l', [1, 1, 2, 2]),
    category('m', [0, 1, 0, 1]),
  ]
  const found = associations(columns)
  expect(found[0]![1]).toBeCloseTo(-1, 12)
  // between groups 1, in all 5/4
  expect(found[0]![2]).toBeCloseTo(Math.sqrt(4 / 5), 12)
  expect(found[2]![0]).toBe(found[0]![2])
  expect(found[2]![3]).toBeCloseTo(1, 12)
  expect(found[2]![4]).toBeCloseTo(0, 12)
  expect(associationError(columns, columns)).toBe(0)
})

test('detection is about ½ for the same law, and near 1 for another', () => {
  expect(Math.abs(detection(tableOf(1), tableOf(2)) - 0.5)).toBeLessThan(0.06)
  expect(detection(tableOf(1), tableOf(2, 3))).toBeGreaterThan(0.95)
  const shuffled = tableOf(2).map((column, c) => (c === 1 ? number('y', tableOf(3)[1]!.values) : column))
  // squares of single columns do not see a dependence that is lost: a linear judge has limits
  expect(detection(tableOf(1), shuffled)).toBeLessThan(0.7)
  expect(areaUnderCurve([1, 2, 2, 3], [0, 1, 0, 1])).toBeCloseTo(0.875, 12)
})

test('copies are counted, and are closer to training rows', () => {
  const [train, heldOut] = [tableOf(1), tableOf(2)]
  const copied = closestRecords(train, train, heldOut)
  expect(copied).toEqual({ median: 0, copies: count, closerToTraining: 1 })
  const fresh = closestRecords(tableOf(3), train, heldOut)
  expect(fresh.copies).toBe(0)
  expect(Math.abs(fresh.closerToTraining! - 0.5)).toBeLessThan(0.08)
})

describe('usefulness', () => {
  test('of a number: R² of least squares', () => {
    const { measure, value } = utility(tableOf(1), tableOf(2), 'y')
    expect(measure).toBe('R²')
    // the noise has a ninth of variance, of 4 + 1/9 in all
    expect(Math.abs(value - (1 - 1 / 9 / (4 + 1 / 9)))).toBeLessThan(0.02)
  })

  test('of a category: the share of right classes', () => {
    expect(utility(tableOf(1), tableOf(2), 'c').value).toBeGreaterThan(0.93)
  })
})
