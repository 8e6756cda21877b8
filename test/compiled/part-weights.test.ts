/** Weights of a part, wide or as they are stored. */
import { describe, expect, test } from 'vitest'
import { layoutOf, zeros } from '../../src/engine/nn/index.ts'
import { constantsOf, flatWeights, partWeights, widened, withWeights } from '../../src/compiled/part-weights.ts'
import { decodeFloat16, encodeFloat16 } from '../../src/files/io/half.ts'
import type { ModelWeight } from '../../src/files/io/component.ts'
import { isStored } from '../../src/engine/graph/index.ts'

const layout = layoutOf([
  { name: 'a', shape: [2, 2], init: zeros },
  { name: 'b', shape: [3], init: zeros },
])
const half = (shape: readonly number[], values: readonly number[]): ModelWeight => {
  const data = encodeFloat16(values)
  const floats = (): Float32Array => decodeFloat16(data)
  return { shape, data: floats(), stored: { stored: 'float16', data, floats } }
}
const file = new Map<string, ModelWeight>([
  ['model.b', { shape: [3], data: Float32Array.of(5, 6, 7) }],
  ['model.a', half([2, 2], [1, 2, 3, 4.5])],
])

describe('partWeights', () => {
  test('small parts are wide, unless they are to be kept', () => {
    expect(partWeights(layout, file)).toEqual({ layout, weights: Float32Array.of(1, 2, 3, 4.5, 5, 6, 7) })
    const { weights, stored } = partWeights(layout, file, 'low')
    expect(weights).toHaveLength(0)
    expect(stored!.get('a')).toMatchObject({ stored: 'float16', data: file.get('model.a')!.stored!.data })
    expect(stored!.get('b')).toMatchObject({ stored: 'float32', data: Float32Array.of(5, 6, 7) })
  })
  test('is strict', () => {
    expect(() => partWeights(layout, new Map([['a', half([2, 2], [1, 2, 3, 4])]]), 'low')).toThrow('b: missing')
    expect(() => partWeights(layout, new Map([...file, ['model.c', half([1], [0])]]), 'low')).toThrow('c: unknown')
    const turned = new Map(file).set('model.a', half([4, 1], [1, 2, 3, 4]))
    expect(() => partWeights(layout, turned, 'low')).toThrow('a: expected shape [2, 2], got [4, 1]')
  })
  test('stored and wide are the same weights', () => {
    const [stored, wide] = [partWeights(layout, file, 'low'), partWeights(layout, file, 'high')]
    expect(flatWeights(stored)).toEqual(wide.weights)
    expect(widened(stored)).toEqual({ ...wide, stored: undefined })
    const floats = Array.from(constantsOf(stored), ([name, each]) => [name, isStored(each) ? each.floats() : each])
    expect(new Map(floats as [])).toEqual(constantsOf(wide))
  })
})

describe('withWeights', () => {
  test.each(['low', 'high'] as const)('replaces some of them, %s', (memory) => {
    const part = partWeights(layout, file, memory)
    const changed = withWeights(part, new Map([['b', Float32Array.of(8, 9, 10)]]))
    expect([...flatWeights(changed)]).toEqual([1, 2, 3, 4.5, 8, 9, 10])
    expect([...flatWeights(part)]).toEqual([1, 2, 3, 4.5, 5, 6, 7])
    expect(() => withWeights(part, new Map([['b', new Float32Array(2)]]))).toThrow('b: 2 values')
    expect(() => withWeights(part, new Map([['c', new Float32Array(2)]]))).toThrow('c: 2 values')
  })
})
