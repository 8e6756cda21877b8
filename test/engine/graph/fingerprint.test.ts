/** Fingerprints: the same for the same graph, built again; another for any other. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../../src/engine/graph/fingerprint.ts'
import {
  add,
  constant,
  filled,
  input,
  mul,
  pad,
  reshape,
  stopGradient,
  sub,
  topological,
  transpose,
} from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { exactGraphs } from './random-graph.ts'

const print = (outputs: Readonly<Record<string, Tensor>>): string =>
  fingerprint(outputs)
    .map((part) => (typeof part === 'string' ? part : part.join()))
    .join('|')

/** Outputs with every node made anew, in another way if `change` says so. */
function again(outputs: readonly Tensor[], change: (tensor: Tensor, place: number) => Tensor = (each) => each) {
  const made = new Map<Tensor, Tensor>()
  topological(outputs).forEach((tensor, place) => {
    const inputs: readonly Tensor[] = tensor.inputs.map((each) => made.get(each)!)
    const copy = { ...(tensor as object), inputs } as Tensor
    made.set(tensor, change(copy, place))
  })
  return named(outputs.map((each) => made.get(each)!))
}

const named = (outputs: readonly Tensor[]) => Object.fromEntries(outputs.map((each, i) => [`output ${i}`, each]))

const [x, y] = [input('x', [2, 3]), input('y', [2, 3])]
const padded = (value: number): Tensor => pad(x, [1, 0], [0, 0], { value })
const table = (...values: number[]): Tensor => constant(Float32Array.from(values), [values.length])

describe('a fingerprint', () => {
  it('is that of the same graph made anew, and not that of one with another operator somewhere', () => {
    fc.assert(
      fc.property(exactGraphs, fc.nat(), (outputs, n) => {
        const printed = print(named(outputs))
        expect(print(again(outputs))).toBe(printed)
        const changed = n % topological(outputs).length
        expect(print(again(outputs, (each, place) => (place === changed ? stopGradient(each) : each)))).not.toBe(
          printed,
        )
      }),
      { numRuns: 200 },
    )
  })

  it.each<[string, Tensor, Tensor]>([
    ['operators', add(x, y), sub(x, y)],
    ['the order of operands', mul(x, y), mul(y, x)],
    ['what is computed twice', add(mul(x, y), mul(x, y)), ((z) => add(z, z))(mul(x, y))],
    ['names', add(x, y), add(x, input('z', [2, 3]))],
    ['shapes', reshape(x, [6]), reshape(x, [1, 6])],
    ['types', input('n', [2], 'int32'), input('n', [2], 'bool')],
    ['attributes', transpose(x, [0, 1]), transpose(x, [1, 0])],
    ['attributes that JSON does not tell apart', padded(-0), padded(0)],
    ['infinite attributes', padded(Infinity), padded(-Infinity)],
    ['constants', filled(1, [3]), filled(2, [3])],
    ['constants in the last bit', table(1, 0, 3), table(1, -0, 3)],
    ['the shapes of constants', table(1, 2), reshape(table(1, 2), [2, 1])],
    [
      'constants cut elsewhere',
      add(reshape(table(1, 2, 3), [3, 1]), table(4)),
      add(reshape(table(1, 2), [2, 1]), table(3, 4)),
    ],
  ])('tells apart %s', (_, a, b) => {
    expect(print({ a })).not.toBe(print({ a: b }))
  })

  it('tells apart the order of outputs', () => {
    expect(print({ x, y })).not.toBe(print({ y, x }))
  })
})
