/** Products in eight bits of values whose ranges are found in the same run, against the same in single precision. */
import { expect, test } from 'vitest'
import {
  add,
  convInput,
  convWindow,
  input,
  matmul,
  reshape,
  type Shape,
  sizeOf,
  type Tensor,
  type Window,
} from '../../../src/engine/graph/index.ts'
import type { Target } from '../../../src/engine/onnx/lower/context.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { toOnnx } from '../../../src/engine/onnx/to-onnx.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'

const engine = await nodeEngine()
const eight: Target = { provider: 'cpu', int8: true }

/** Runs the graph as lowered for `target`. */
async function run(y: Tensor, feeds: Readonly<Record<string, Float32Array>>, target: Target): Promise<Float32Array> {
  const model = toOnnx({ y }, { target })
  using session = await engine.createSession(encodeModel(model), { threads: 1 })
  const data = new Float32Array(sizeOf(y.shape))
  const given = Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => [
      name,
      { dtype: 'float32' as const, shape: shape as Shape, data: feeds[name]! },
    ]),
  )
  await session.run(given, { y: { dtype: 'float32', shape: y.shape, data } })
  return data
}

/** Normal values, those of item or row i times `growth` to the i. */
const values = (seed: number, [first, ...rest]: readonly number[], growth = 1): Float32Array =>
  normal(key(seed), new Float32Array(first! * sizeOf(rest))).map((x, i) => x * growth ** Math.floor(i / sizeOf(rest)))

const lengthOf = (list: Float32Array): number => Math.sqrt(list.reduce((sum, each) => sum + each * each, 0))

const apart = (a: Float32Array, b: Float32Array): number => lengthOf(a.map((each, i) => each - b[i]!)) / lengthOf(b)

const windowOf = (stride: number, before = 1, after = 1): Window => ({
  stride: [stride, stride],
  padding: [
    [before, after],
    [before, after],
  ],
  dilation: [1, 1],
  groups: 1,
})

const [items, channels, out, size] = [2, 32, 48, 16]
const x = input('x', [items, channels, size, size])
const w = input('w', [out, channels, 3, 3])
const b = input('b', [out])
const dy = input('dy', [items, out, size, size])
const feeds = {
  x: values(1, x.shape),
  // Channels of very different size: each has a scale of its own.
  w: values(2, w.shape, 1.1),
  b: values(3, b.shape),
  dy: values(4, dy.shape, 1.5),
}

test.each<readonly [string, Tensor]>([
  ['a convolution', convWindow(x, w, windowOf(1))],
  ['one with a bias', add(convWindow(x, w, windowOf(1)), reshape(b, [1, out, 1, 1]))],
  ['one with a stride', convWindow(x, w, windowOf(2, 0, 1))],
  ['a gradient in the input', convInput(dy, w, windowOf(1), [size, size])],
])('%s is off by a hundredth', async (_, y) => {
  const off = apart(await run(y, feeds, eight), await run(y, feeds, { provider: 'cpu' }))
  expect(off).toBeGreaterThan(0.002)
  expect(off).toBeLessThan(0.03)
})

test('every channel keeps its precision, however small it is beside others', async () => {
  const y = convWindow(x, w, windowOf(1))
  const [rough, fine] = [await run(y, feeds, eight), await run(y, feeds, { provider: 'cpu' })]
  for (let channel = 0; channel < out; channel++) {
    const of = (all: Float32Array): Float32Array =>
      all.filter((_, i) => Math.floor(i / (size * size)) % out === channel)
    // The smallest scales are a sixteenth of the largest.
    expect(apart(of(rough), of(fine))).toBeLessThan(0.2)
  }
})

test('a projection of whole numbers within the range is exact', async () => {
  const rows = 1024
  const [a, p] = [input('a', [2, rows / 2, 64]), input('p', [64, 96])]
  const whole = {
    // 0 and 255 in a, 127 in each column of p: every scale is one.
    a: Float32Array.from({ length: rows * 64 }, (_, i) => (i * 89) % 256),
    p: Float32Array.from({ length: 64 * 96 }, (_, i) => (i < 96 ? 127 : ((i * 37) % 255) - 127)),
  }
  const y = matmul(a, p)
  expect(await run(y, whole, eight)).toEqual(await run(y, whole, { provider: 'cpu' }))
})

test('zeros stay zeros, and small products stay in single precision', async () => {
  const y = convWindow(x, w, windowOf(1))
  const none = { ...feeds, x: new Float32Array(feeds.x.length) }
  expect((await run(y, none, eight)).every((value) => value === 0)).toBe(true)
  const thin = convWindow(input('x', [items, 3, size, size]), input('w', [out, 3, 3, 3]), windowOf(1))
  const some = { x: values(5, [items, 3, size, size]), w: values(6, [out, 3, 3, 3]) }
  expect(await run(thin, some, eight)).toEqual(await run(thin, some, { provider: 'cpu' }))
})
