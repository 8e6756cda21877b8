/** Networks that stay in the blocked layout from one convolution to the next, against the slow reference evaluator. */
import { assert, asyncProperty, constantFrom, double, integer, record } from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  add,
  concat,
  conv,
  convTranspose,
  input,
  matmul,
  mul,
  normalize,
  reshape,
} from '../../../src/engine/graph/index.ts'
import { silu, sizeOf, transpose } from '../../../src/engine/graph/index.ts'
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import type { Target } from '../../../src/engine/onnx/lower/context.ts'
import { toOnnx } from '../../../src/engine/onnx/to-onnx.ts'
import { blockSize } from '../../../src/engine/runtime/block-size.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { uniform } from '../graph/support.ts'
import { compare } from './compare.ts'
import { inFloat32 } from './float32.ts'

let here: Target

beforeAll(async () => {
  const block = await blockSize(await nodeEngine())
  here = { provider: 'cpu', ...(block !== undefined && { block }) }
})

/** Inputs made on demand, and numbers for each. */
function inputs() {
  const feeds: Record<string, number[]> = {}
  const make = (name: string, shape: Shape, low = -1, high = 1): Tensor => {
    feeds[name] = uniform(Object.keys(feeds).length + 1, sizeOf(shape), low, high)
    return input(name, shape, 'float64')
  }
  return { feeds, make }
}

type Make = ReturnType<typeof inputs>['make']

function groupNorm(make: Make, name: string, x: Tensor, groups: number): Tensor {
  const [batch, channels, ...places] = x.shape as [number, number, ...number[]]
  const normal = normalize(reshape(x, [batch, groups, sizeOf([channels, ...places]) / groups]), 1e-5)
  const perChannel = (kind: string, low: number, high: number): Tensor =>
    reshape(make(`${name}.${kind}`, [channels], low, high), [channels, ...places.map(() => 1)])
  return add(mul(reshape(normal, x.shape), perChannel('gamma', 0.5, 1.5)), perChannel('beta', -1, 1))
}

function convolution(make: Make, name: string, x: Tensor, channels: number, taps = 3): Tensor {
  const reach = Math.sqrt(3 / (x.shape[1]! * taps ** 2))
  const w = make(`${name}.weight`, [channels, x.shape[1]!, taps, taps], -reach, reach)
  const bias = reshape(make(`${name}.bias`, [channels]), [channels, 1, 1])
  return add(conv(x, w, { padding: (taps - 1) / 2 }), bias)
}

/** A residual block as in a U-Net: with a shift by item in the middle, and a short cut where channels differ. */
function residual(make: Make, name: string, x: Tensor, channels: number): Tensor {
  const h = convolution(make, `${name}.1`, silu(groupNorm(make, `${name}.norm1`, x, 4)), channels)
  const shifted = add(h, make(`${name}.time`, [x.shape[0]!, channels, 1, 1], -2, 2))
  const y = convolution(make, `${name}.2`, silu(groupNorm(make, `${name}.norm2`, shifted, 8)), channels)
  return add(x.shape[1] === channels ? x : convolution(make, `${name}.short`, x, channels, 1), y)
}

/** How often each operator occurs. */
function counts(y: Tensor, target: Target = { provider: 'cpu', block: 8 }): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { opType } of toOnnx({ y: inFloat32([y])[0]! }, { target }).graph.nodes) {
    all[opType] = (all[opType] ?? 0) + 1
  }
  return all
}

describe('a small U-Net', () => {
  const build = () => {
    const { feeds, make } = inputs()
    const start = convolution(make, 'in', make('x', [4, 3, 32, 32]), 16)
    const first = residual(make, 'first', start, 16)
    const w = make('up.weight', [16, 16, 4, 4], -0.2, 0.2)
    const low = conv(first, make('down.weight', [16, 16, 3, 3], -0.15, 0.15), { stride: 2, padding: 1 })
    const raised = add(convTranspose(low, w, { stride: 2, padding: 1 }), reshape(make('up.bias', [16]), [16, 1, 1]))
    const second = residual(make, 'second', concat([raised, first], 1), 16)
    const y = convolution(make, 'out', silu(groupNorm(make, 'norm', second, 4)), 3)
    return { feeds, y }
  }

  test('gives what the reference gives', async () => {
    const { feeds, y } = build()
    await compare([y], feeds, here, 1e-4)
  })

  test('reorders its output and nothing else: three channels are read as they are', () => {
    const all = counts(build().y)
    expect(all['ReorderOutput']).toBe(1)
    expect(all['ReorderInput']).toBeUndefined()
    expect(all['LayerNormalization']).toBeUndefined()
    expect(all['ConvTranspose']).toBeUndefined()
    // the short cut of the second block is added up into by its last convolution
    const { nodes } = toOnnx({ y: inFloat32([build().y])[0]! }, { target: { provider: 'cpu', block: 8 } }).graph
    expect(nodes.filter(({ opType, inputs: { length } }) => opType === 'Conv' && length === 4)).toHaveLength(1)
    // seven convolutions and the downward one, the upward one in four phases, and two for each of five norms
    expect(all['Conv']).toBe(8 + 4 + 10)
  })

  test('is as written where there are no blocks', () => {
    const all = counts(build().y, { provider: 'cpu' })
    expect(all['LayerNormalization']).toBe(5)
    expect(all['GlobalAveragePool']).toBeUndefined()
  })
})

test('attention in between is computed in the plain layout', async () => {
  const { feeds, make } = inputs()
  const h = convolution(make, 'in', make('x', [4, 3, 32, 32]), 16)
  const rows = transpose(reshape(groupNorm(make, 'norm', h, 4), [4, 16, 1024]), [0, 2, 1])
  const told = matmul(rows, make('w', [16, 16]))
  const y = convolution(make, 'out', add(h, reshape(transpose(told, [0, 2, 1]), h.shape)), 16)
  const { ReorderInput: taken, ReorderOutput: given } = counts(y)
  expect([taken, given]).toEqual([1, 2])
  await compare([y], feeds, here, 1e-4)
})

test('a norm whose result is scaled and shifted by item, and one whose shift is the same for all items', async () => {
  const { feeds, make } = inputs()
  const h = convolution(make, 'in', make('x', [4, 3, 32, 32]), 16)
  const once = add(mul(groupNorm(make, 'a', h, 4), make('scale', [4, 16, 1, 1], 0.5, 2)), make('shift', [4, 16, 1, 1]))
  const twice = groupNorm(make, 'b', add(silu(once), make('same', [1, 16, 1, 1])), 2)
  await compare([convolution(make, 'out', twice, 16)], feeds, here, 1e-4)
})

test('values that are asked for, or used twice, are there as well', async () => {
  const { feeds, make } = inputs()
  const h = convolution(make, 'in', make('x', [4, 3, 32, 32]), 16)
  const shifted = add(h, make('e', [4, 16, 1, 1]))
  const normal = groupNorm(make, 'a', shifted, 4)
  const y = convolution(make, 'out', silu(normal), 16)
  await compare([add(y, shifted), normal, h, add(h, 1)], feeds, here, 1e-4)
})

test('norms of any image, with any shift', async () => {
  const cases = record({
    groups: constantFrom(1, 2, 4, 8, 16),
    height: integer({ min: 32, max: 34 }),
    width: integer({ min: 32, max: 34 }),
    mean: double({ min: -4, max: 4, noNaN: true }),
    shift: constantFrom('none', 'by item', 'the same'),
  })
  await assert(
    asyncProperty(cases, async ({ groups, height, width, mean, shift }) => {
      const { feeds, make } = inputs()
      const channels = 16
      const x = make('x', [4, channels, height, width], mean - 1, mean + 1)
      const given = shift === 'none' ? x : add(x, make('e', [shift === 'the same' ? 1 : 4, channels, 1, 1], -3, 3))
      await compare([silu(groupNorm(make, 'norm', given, groups))], feeds, here, 5e-4)
    }),
    { numRuns: 8 },
  )
})

test('a layer norm is one node, unless its normalised values are asked for', async () => {
  const { feeds, make } = inputs()
  const normal = normalize(make('x', [3, 5, 12]), 1e-5)
  const y = add(mul(normal, make('gamma', [12])), make('beta', [12]))
  expect(counts(y, { provider: 'cpu' })).toEqual({ LayerNormalization: 1, Identity: 1 })
  for (const target of [here, { provider: 'cpu' } as const]) {
    await compare([y], feeds, target)
    await compare([y, normal], feeds, target)
  }
})
