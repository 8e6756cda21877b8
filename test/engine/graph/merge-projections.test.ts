/** Attention with merged projections, in double precision: the same values from fewer products. */
import { describe, expect, test } from 'vitest'
import { add, input, matmul, mul, reshape, softmax, transpose } from '../../../src/engine/graph/index.ts'
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { flops, mergeProjections, simplify } from '../../../src/engine/graph/passes/index.ts'
import { sizeOf } from '../../../src/engine/graph/shape.ts'
import { topological } from '../../../src/engine/graph/traverse.ts'
import { elementsOf, expectClose, uniform } from './support.ts'

const feeds: Record<string, number[]> = {}
const made = (name: string, shape: Shape): Tensor => {
  feeds[name] = uniform(name.length + name.charCodeAt(0), sizeOf(shape))
  return input(name, shape, 'float64')
}
const linear = (name: string, x: Tensor, out: number, bias: boolean): Tensor => {
  const y = matmul(x, made(`weight ${name}`, [out, x.shape.at(-1)!]), { transposeB: true })
  return bias ? add(y, made(`weight ${name} bias`, [out])) : y
}

interface Case {
  readonly queries: Tensor
  readonly keys: Tensor
  readonly inner: number
  readonly out: number
  readonly bias: boolean
}

const attend = ({ queries, keys, inner, out, bias }: Case): Tensor => {
  const q = mul(linear('q', queries, inner, bias), 1 / Math.sqrt(inner))
  const weights = softmax(matmul(q, linear('key', keys, inner, bias), { transposeB: true }))
  return linear('output', matmul(weights, linear('value', keys, inner, bias)), out, bias)
}

const isWeight = ({ attributes: { name } }: { readonly attributes: { readonly name: string } }): boolean =>
  name.startsWith('weight')
const merged = (y: Tensor): Tensor => simplify(mergeProjections(simplify([y]), isWeight))[0]!
const products = (y: Tensor): number =>
  topological([y]).filter(({ op, inputs }) => op === 'matmul' && inputs.some(({ shape }) => shape.length === 3)).length

const tokens = (): Tensor => made('tokens', [2, 12, 8])
const image = (): Tensor => made('image', [2, 8, 3, 4])
const places = (x: Tensor): Tensor => transpose(reshape(x, [2, 8, 12]), [0, 2, 1])
const back = (y: Tensor): Tensor => reshape(transpose(y, [0, 2, 1]), [2, 8, 3, 4])

describe.each([true, false])('single-headed attention, biases: %s', (bias) => {
  const self = (x: Tensor): Tensor => attend({ queries: x, keys: x, inner: 8, out: 8, bias })
  const cases: readonly (readonly [string, () => Tensor])[] = [
    ['over tokens', () => self(tokens())],
    ['over the places of an image', () => add(image(), back(self(places(image()))))],
    ['whose result is used twice', () => mul(self(tokens()), add(self(tokens()), 1))],
    [
      'to other tokens, narrower than the heads',
      () => attend({ queries: tokens(), keys: made('context', [2, 5, 6]), inner: 8, out: 4, bias }),
    ],
  ]
  test.each(cases)('%s: four products where there were six', (_, build) => {
    const before = build()
    const after = merged(before)
    expect(products(simplify([before])[0]!)).toBe(6)
    expect(products(after)).toBe(4)
    expect(flops([after])).toBeLessThan(flops([before]))
    expectClose(elementsOf(after, feeds), elementsOf(before, feeds), 1e-10)
  })

  test('of an image needs no transpose of its tokens', () => {
    const ops = topological([merged(back(self(places(image()))))]).map(({ op }) => op)
    expect(ops).not.toContain('transpose')
  })
})

describe('what stays as it is', () => {
  const staying: readonly (readonly [string, () => Tensor])[] = [
    [
      'weights that are fed',
      () => {
        const x = tokens()
        const w = (name: string): Tensor => made(name, [8, 8])
        const [q, k, v] = ['a', 'b', 'c'].map((name) => matmul(x, w(name), { transposeB: true })) as [
          Tensor,
          Tensor,
          Tensor,
        ]
        return matmul(matmul(softmax(matmul(q, k, { transposeB: true })), v), w('d'), { transposeB: true })
      },
    ],
    [
      'keys and results wider than the heads',
      () => attend({ queries: tokens(), keys: tokens(), inner: 4, out: 8, bias: true }),
    ],
    [
      'one bias for all features',
      () => {
        const x = tokens()
        const one = (name: string): Tensor => add(linear(name, x, 8, false), made(`weight ${name} one`, [1]))
        return matmul(softmax(matmul(one('q'), one('key'), { transposeB: true })), x)
      },
    ],
    ['products that are not attention', () => linear('output', linear('value', tokens(), 8, true), 8, true)],
  ]
  test.each(staying)('%s', (_, build) => {
    const y = build()
    expect(products(merged(y))).toBe(products(simplify([y])[0]!))
    expectClose(elementsOf(merged(y), feeds), elementsOf(y, feeds), 1e-10)
  })

  test('projections that something else needs', () => {
    const x = tokens()
    const q = linear('q', x, 8, true)
    const weights = softmax(matmul(q, linear('key', x, 8, true), { transposeB: true }))
    const y = add(q, matmul(weights, x))
    expect(products(merged(y))).toBe(products(simplify([y])[0]!))
  })
})
