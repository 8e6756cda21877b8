/** Every lowering, compiled and run, against the slow reference evaluator: values, gradients, gradients of gradients. */
import { beforeAll, describe, expect, test } from 'vitest'
import {
  add,
  conv,
  convTranspose,
  gradients,
  input,
  inverseStd,
  matmul,
  mul,
  normalize,
  reshape,
  sum,
} from '../../../src/engine/graph/index.ts'
import type { ConvOptions, Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { sizeOf } from '../../../src/engine/graph/index.ts'
import { toOnnx } from '../../../src/engine/onnx/to-onnx.ts'
import { blockSize } from '../../../src/engine/runtime/block-size.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Target } from '../../../src/engine/onnx/lower/context.ts'
import { gradientCases } from '../graph/gradient-cases.ts'
import { uniform } from '../graph/support.ts'
import { compare, literal, upToSecondOrder } from './compare.ts'
import { inFloat32 } from './float32.ts'

let block: number | undefined

beforeAll(async () => {
  block = await blockSize(await nodeEngine())
})

const targets: readonly (readonly [string, () => Target])[] = [
  ['cpu', () => ({ provider: 'cpu', ...(block !== undefined && { block }) })],
  ['cpu without blocks', () => ({ provider: 'cpu' })],
  ['wasm', () => ({ provider: 'wasm' })],
  ['without contributed operators', () => ({ provider: 'webgpu' })],
]

describe.each(targets)('%s', (_, target) => {
  const cases = Object.entries(gradientCases).flatMap(([op, list]) =>
    list.map((each) => [`${op}: ${each.name}`, each] as const),
  )
  test.each(cases)('%s', async (_name, { at, build }) => {
    const inputs = at.map(({ shape }, i) => input(`x${i}`, shape, 'float64'))
    const feeds = Object.fromEntries(at.map(({ data }, i) => [`x${i}`, data]))
    await compare(upToSecondOrder(build(...inputs), inputs), feeds, target())
  })
})

/** Windows that the blocked convolutions and every weight-gradient lowering meet. */
const convolutions: readonly (readonly [name: string, x: Shape, w: Shape, options: ConvOptions])[] = [
  ['whole blocks, 3×3', [2, 16, 6, 6], [32, 16, 3, 3], { padding: 1 }],
  ['fewer channels than a block', [2, 3, 6, 7], [16, 3, 3, 3], { padding: 1 }],
  ['outputs that do not fill a block', [2, 16, 6, 6], [5, 16, 3, 3], { padding: 1 }],
  ['few channels in and out', [1, 2, 5, 5], [3, 2, 3, 3], { padding: 1 }],
  ['1×1', [2, 32, 4, 4], [16, 32, 1, 1], {}],
  ['1×1, stride 2', [1, 16, 4, 4], [16, 16, 1, 1], { stride: 2 }],
  ['stride 2', [2, 16, 8, 8], [16, 16, 3, 3], { stride: 2, padding: 1 }],
  [
    'stride 2, asymmetric',
    [1, 16, 8, 8],
    [16, 16, 3, 3],
    {
      stride: 2,
      padding: [
        [0, 1],
        [0, 1],
      ],
    },
  ],
  [
    '5×5, uneven kernel and dilation',
    [1, 16, 9, 9],
    [16, 16, 5, 3],
    {
      padding: [
        [2, 2],
        [2, 2],
      ],
      dilation: [1, 2],
    },
  ],
  ['padding beyond the kernel', [1, 16, 4, 4], [16, 16, 2, 2], { padding: 2 }],
  ['channels that are no whole block', [1, 20, 5, 5], [24, 20, 3, 3], { padding: 1 }],
  ['many channels: products over all places', [2, 48, 4, 4], [48, 48, 3, 3], { padding: 1 }],
  ['groups', [1, 32, 5, 5], [32, 16, 3, 3], { padding: 1, groups: 2 }],
  ['places that WebAssembly would not fill', [2, 32, 5, 7], [40, 32, 3, 3], { padding: 1, dilation: [1, 2] }],
  ['such places, stride 2', [2, 32, 10, 14], [32, 32, 4, 4], { padding: 1, stride: 2 }],
]

describe.each(targets)('convolutions, %s', (_, target) => {
  test.each(convolutions)('%s', async (_name, xShape, wShape, options) => {
    const [x, w, bias] = [
      input('x', xShape, 'float64'),
      input('w', wShape, 'float64'),
      input('b', [wShape[0]!], 'float64'),
    ]
    const y = add(conv(x, w, options), reshape(bias, [1, wShape[0]!, 1, 1]))
    const weights = reshape(literal(uniform(9, sizeOf(y.shape))), y.shape)
    const outputs = [y, ...gradients(sum(mul(mul(y, y), weights)), [x, w, bias])]
    const feeds = { x: uniform(1, sizeOf(xShape)), w: uniform(2, sizeOf(wShape), -0.3, 0.3), b: uniform(3, wShape[0]!) }
    await compare(outputs, feeds, target())
  })

  test.each<[string, Shape, ConvOptions]>([
    ['stride 2', [3, 8, 4, 4], { stride: 2, padding: 1 }],
    ['stride 1', [3, 8, 3, 3], { padding: 1 }],
    ['stride 1, in blocks', [16, 64, 3, 3], { padding: 1 }],
    ['groups', [4, 3, 3, 3], { stride: 2, groups: 2 }],
  ])('a bias of a transposed convolution is fused: %s', async (_name, wShape, options) => {
    const xShape = [2, wShape[0]!, 4, 5]
    const channels = wShape[1]! * (options.groups ?? 1)
    const [x, w, bias] = [
      input('x', xShape, 'float64'),
      input('w', wShape, 'float64'),
      input('b', [channels], 'float64'),
    ]
    const y = add(convTranspose(x, w, options), reshape(bias, [1, channels, 1, 1]))
    const { nodes } = toOnnx({ y: inFloat32([y])[0]! }, { target: target() }).graph
    expect(nodes.map(({ opType }) => opType)).not.toContain('Add')
    const feeds = { x: uniform(1, sizeOf(xShape)), w: uniform(2, sizeOf(wShape), -0.3, 0.3), b: uniform(3, channels) }
    await compare([y], feeds, target())
  })
})

describe('as WebAssembly', () => {
  const opsOf = (y: Tensor): string[] =>
    toOnnx({ y }, { target: { provider: 'wasm' } }).graph.nodes.map(({ opType }) => opType)

  test.each<[number, number, string]>([
    [7, 32, 'Gemm'],
    [8, 32, 'Conv'],
    [7, 16, 'Conv'],
  ])('a convolution of rows of %d places and %d channels is by %s', (side, channels, by) => {
    const y = conv(input('x', [2, channels, side, side]), input('w', [channels, channels, 3, 3]), { padding: 1 })
    const others = ['Gemm', 'Conv'].filter((op) => op !== by)
    expect(opsOf(y)).toContain(by)
    expect(opsOf(y)).not.toContain(others[0])
  })

  test('a normalisation of large items is by sums, and right; of small ones, however many, it is one operator', async () => {
    const norm = (items: number, rows: number): Tensor => normalize(input('x', [items, rows, 512]), 1e-5)
    expect(opsOf(norm(1, 4))).not.toContain('LayerNormalization')
    expect(opsOf(norm(64, 1))).toContain('LayerNormalization')
    const x = input('x', [4, 16, 512], 'float64')
    const outputs = [normalize(x, 1e-5), inverseStd(x, 1e-5)]
    await compare(outputs, { x: uniform(4, 64 * 512, -1, 3) }, { provider: 'wasm' }, 1e-4)
  })
})

describe.each(['taps', 'shifts', 'places', 'convolution'] as const)('weight gradients by %s', (convWeight) => {
  const square = convolutions.filter(([, , , { stride = 1, groups = 1 }]) => stride === 1 && groups === 1)
  test.each(square)('%s', async (_name, xShape, wShape, options) => {
    const [x, w] = [input('x', xShape, 'float64'), input('w', wShape, 'float64')]
    const y = conv(x, w, options)
    const weights = reshape(literal(uniform(9, sizeOf(y.shape))), y.shape)
    const feeds = { x: uniform(1, sizeOf(xShape)), w: uniform(2, sizeOf(wShape), -0.3, 0.3) }
    await compare(gradients(sum(mul(y, weights)), [w]), feeds, { provider: 'cpu', convWeight })
  })
})

/** Batches that fill blocks of images or nearly, and 64 outputs, which are whole blocks on every machine. */
const blockedWeights: readonly (readonly [name: string, x: Shape, w: Shape, options: ConvOptions])[] = [
  ['3×3', [16, 3, 4, 5], [64, 3, 3, 3], { padding: 1 }],
  ['two blocks of images', [32, 2, 4, 4], [64, 2, 3, 3], { padding: 1 }],
  ['a batch that leaves some of a block empty', [12, 4, 3, 4], [64, 4, 3, 3], { padding: 1 }],
  ['no padding', [16, 2, 5, 4], [64, 2, 3, 2], {}],
  ['padding beyond the kernel', [16, 2, 3, 3], [64, 2, 2, 2], { padding: 2 }],
  ['padding of a single row', [16, 2, 1, 3], [64, 2, 3, 3], { padding: 1 }],
  [
    'padding on one side',
    [16, 2, 4, 4],
    [64, 2, 3, 3],
    {
      padding: [
        [2, 0],
        [0, 1],
      ],
    },
  ],
  ['rows and columns that no window reaches', [16, 2, 6, 8], [64, 2, 3, 3], { stride: 2 }],
  [
    'one row of taps',
    [16, 2, 3, 5],
    [64, 2, 1, 3],
    {
      padding: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
  [
    'asymmetric padding, dilation',
    [16, 2, 6, 7],
    [64, 2, 3, 3],
    {
      padding: [
        [0, 2],
        [3, 1],
      ],
      dilation: [1, 2],
    },
  ],
]

describe('weight gradients by blocks', () => {
  test.each(blockedWeights)('%s', async (_name, xShape, wShape, options) => {
    const [x, w] = [input('x', xShape, 'float64'), input('w', wShape, 'float64')]
    const y = conv(x, w, options)
    const weights = reshape(literal(uniform(9, sizeOf(y.shape))), y.shape)
    const feeds = { x: uniform(1, sizeOf(xShape)), w: uniform(2, sizeOf(wShape), -0.3, 0.3) }
    await compare(gradients(sum(mul(y, weights)), [w]), feeds, {
      provider: 'cpu',
      ...(block !== undefined && { block }),
    })
  })

  test('are chosen where a batch fills blocks, and only there', () => {
    const convolutionsFor = (batch: number, outputs: number): number => {
      const [x, w] = [input('x', [batch, 16, 4, 4]), input('w', [outputs, 16, 3, 3])]
      const [dw] = gradients(sum(conv(x, w, { padding: 1 })), [w])
      const { nodes } = toOnnx({ dw: dw! }, { target: { provider: 'cpu', block: 16 } }).graph
      return nodes.filter(({ opType }) => opType === 'Conv').length
    }
    expect(convolutionsFor(16, 16)).toBe(1)
    expect(convolutionsFor(2, 16)).toBe(0)
    expect(convolutionsFor(16, 5)).toBe(0)
  })
})

test('nodes come in the order by which the runtime computes early gradients early', () => {
  const [x, w1, w2] = [input('x', [4, 8]), input('w1', [8, 8]), input('w2', [8, 8])]
  const [d1, d2] = gradients(sum(matmul(matmul(x, w1), w2)), [w1, w2]) as [Tensor, Tensor]
  const places = (outputs: Record<string, Tensor>): number[] => {
    const { nodes } = toOnnx(outputs).graph
    return ['d1', 'd2'].map((name) => nodes.findIndex(({ outputs: [made] }) => made === name))
  }
  for (const outputs of [
    { d1, d2 },
    { d2, d1 },
  ]) {
    const [first, second] = places(outputs) as [number, number]
    expect(first).toBeGreaterThan(0)
    expect(second).toBeGreaterThan(first)
  }
})

test('a bias that a convolution shares with nothing else is fused', () => {
  const [x, w, bias] = [input('x', [1, 3, 4, 4]), input('w', [8, 3, 3, 3]), input('b', [8])]
  const raw = conv(x, w, { padding: 1 })
  const biased = add(raw, reshape(bias, [1, 8, 1, 1]))
  const ops = (outputs: Record<string, Tensor>): string[] => toOnnx(outputs).graph.nodes.map(({ opType }) => opType)
  expect(ops({ biased })).not.toContain('Add')
  expect(ops({ biased, raw })).toContain('Add')
})
