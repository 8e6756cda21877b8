import { expect, test } from 'vitest'
import { conv, gradients, input, mean, silu, square, topological } from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { recompute, simplify } from '../../../src/engine/graph/passes/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { toOnnx } from '../../../src/engine/onnx/to-onnx.ts'
import { groupNorm } from './gradient-cases.ts'
import { uniform } from './support.ts'

const [x, gamma, beta] = [input('x', [2, 4, 3, 3]), input('gamma', [4, 1, 1]), input('beta', [4, 1, 1])]
const w = input('w', [4, 4, 3, 3])
const block = (of: Tensor): Tensor => conv(silu(groupNorm(of, 2, gamma, beta)), w, { padding: 1 })
const loss = mean(square(block(block(x))))
const outputs = simplify([loss, ...gradients(loss, [w, gamma, beta, x])])
const feeds = { x: uniform(1, 72), gamma: uniform(2, 4), beta: uniform(3, 4), w: uniform(4, 144) }

const count = (list: readonly Tensor[], op: string): number => topological(list).filter((each) => each.op === op).length
const emitted = (list: readonly Tensor[], opType: string): number =>
  toOnnx(Object.fromEntries(list.map((each, i) => [`y${i}`, each]))).graph.nodes.filter(
    (each) => each.opType === opType,
  ).length

test('activations behind norms are made once more, the norms are not', () => {
  const lean = recompute(outputs, 0)
  expect([count(outputs, 'silu'), count(lean, 'silu')]).toEqual([2, 4])
  expect(count(lean, 'normalize')).toBe(count(outputs, 'normalize'))
  expect(emitted(lean, 'Sigmoid')).toBe(4)
  expect(emitted(outputs, 'Sigmoid')).toBe(2)
})

test('the first pass keeps no activation for the second', () => {
  const lean = recompute(outputs, 0)
  const first = new Set(topological([lean[0]!]))
  const kept = topological(lean).flatMap((each) => (first.has(each) ? [] : each.inputs.filter((one) => first.has(one))))
  expect(kept.filter(({ op }) => op === 'silu')).toEqual([])
})

test('values stay, bit for bit', () => {
  const values = (list: readonly Tensor[]): number[][] => evaluate(list, feeds).map(({ data }) => [...data])
  expect(values(recompute(outputs, 0))).toEqual(values(outputs))
})

test('little is left as it is', () => {
  expect(recompute(outputs)).toBe(outputs)
  expect(recompute([loss], 0)).toEqual([loss])
})
