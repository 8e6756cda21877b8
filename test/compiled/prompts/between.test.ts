/** Between two prompts: its ends, lines and arcs, words that only one of them has. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { betweenPrompts } from '../../../src/compiled/prompts/between.ts'
import type { TextCondition } from '../../../src/compiled/prompts/text-condition.ts'
import { distance } from '../../engine/nn/run.ts'

const prompt = (values: number[], flags: number[], pooled?: number[]): TextCondition => ({
  length: flags.length,
  size: values.length / flags.length,
  values: Float32Array.from(values),
  flags: Float32Array.from(flags),
  pooled: pooled && Float32Array.from(pooled),
  places: flags.map(() => undefined),
})

test('lines and arcs in closed form', () => {
  const [a, b] = [prompt([1, 0], [1], [2, 0]), prompt([0, 3], [1], [0, 2])]
  expect([...betweenPrompts(a, b, 0.25).values]).toEqual([0.75, 0.75])
  // a third of a right angle; the length goes from 1 to 3
  const third = betweenPrompts(a, b, 1 / 3, 'slerp')
  const length = 5 / 3
  expect(distance(third.values, [length * Math.cos(Math.PI / 6), length * Math.sin(Math.PI / 6)])).toBeLessThan(1e-6)
  expect(distance(third.pooled!, [2 * Math.cos(Math.PI / 6), 1])).toBeLessThan(1e-6)
})

test('where one has no word, the other word stays and fades', () => {
  const made = betweenPrompts(prompt([1, 2, 0, 0], [1, 0]), prompt([3, 4, 5, 6], [1, 1]), 0.25)
  expect([...made.values]).toEqual([1.5, 2.5, 5, 6])
  expect([...made.flags]).toEqual([1, 0.25])
})

describe('whatever the vectors', () => {
  const number = fc.float({ min: -4, max: 4, noNaN: true })
  const vector = fc.array(number, { minLength: 3, maxLength: 3 })
  const way = fc.constantFrom('lerp' as const, 'slerp' as const)

  test('the ends are the prompts, and everything between is finite and symmetric', () => {
    fc.assert(
      fc.property(vector, vector, way, fc.double({ min: 0, max: 1, noNaN: true }), (x, y, by, share) => {
        const [a, b] = [prompt(x, [1], x), prompt(y, [1], y)]
        expect(betweenPrompts(a, b, 0, by)).toEqual(a)
        expect(betweenPrompts(a, b, 1, by)).toEqual(b)
        const made = betweenPrompts(a, b, share, by)
        expect(made.values.every(Number.isFinite)).toBe(true)
        expect(distance(betweenPrompts(b, a, 1 - share, by).values, made.values)).toBeLessThan(1e-4)
      }),
    )
  })

  test('an arc between equal prompts is the prompt', () => {
    fc.assert(
      fc.property(vector, (x) => {
        expect(distance(betweenPrompts(prompt(x, [1]), prompt(x, [1]), 0.3, 'slerp').values, x)).toBeLessThan(1e-5)
      }),
    )
  })
})

test('shares beyond the ends, and prompts of other sizes, are refused', () => {
  const a = prompt([1, 2], [1])
  expect(() => betweenPrompts(a, a, 1.5)).toThrow('between two prompts at 1.5: expected 0 to 1')
  expect(() => betweenPrompts(a, prompt([1, 2, 3], [1]), 0.5)).toThrow('encode them together')
  expect(() => betweenPrompts(a, prompt([1, 2], [1], [1]), 0.5)).toThrow('encode them together')
})
