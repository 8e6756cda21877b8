/** Weights that stay as they are stored, and attention in tiles. */
import { describe, expect, test } from 'vitest'
import { conv, input, matmul, reshape, add, silu, type StoredArray } from '../../../src/engine/graph/index.ts'
import { attention } from '../../../src/engine/nn/attention.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { decodeModel } from '../../../src/engine/onnx/proto/decode.ts'
import { lowered } from '../../../src/engine/runtime/program.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { bindingEngine } from '../../../src/engine/runtime/node/ort-binding.ts'
import { decodeBFloat16, decodeFloat16, encodeBFloat16, encodeFloat16 } from '../../../src/files/io/half.ts'

const engine = await nodeEngine()
const draw = (name: string, size: number): Float32Array => normal(fold(key(1), name), new Float32Array(size))

function storedAs(stored: StoredArray['stored'], values: Float32Array): StoredArray {
  if (stored === 'float32') return { stored, data: values, floats: () => values }
  const [encode, decode] =
    stored === 'float16' ? ([encodeFloat16, decodeFloat16] as const) : ([encodeBFloat16, decodeBFloat16] as const)
  const data = encode(values)
  return { stored, data, floats: () => decode(data) }
}

/** A convolution, then a product: `x [2, 16, 8, 8]`. */
function network() {
  const x = input('x', [2, 16, 8, 8])
  const h = silu(
    add(conv(x, input('kernel', [32, 16, 3, 3]), { padding: 1 }), reshape(input('bias', [32]), [32, 1, 1])),
  )
  return matmul(reshape(h, [2, 2048]), input('matrix', [5, 2048]), { transposeB: true })
}
const sizes = { kernel: 32 * 16 * 9, bias: 32, matrix: 5 * 2048 }
const feeds = { x: draw('x', 2 * 16 * 64) }

async function results(constants: ReadonlyMap<string, StoredArray | Float32Array>, by = engine) {
  using program = await compile({ y: network() }, by, { constants })
  expect([...program.inputs.keys()]).toEqual(['x'])
  return (await program.run(feeds)).y as Float32Array
}

describe.each(['float32', 'float16', 'bfloat16'] as const)('weights stored as %s', (type) => {
  const stored = new Map(Object.entries(sizes).map(([name, size]) => [name, storedAs(type, draw(name, size))]))
  const wide = new Map(Array.from(stored, ([name, array]) => [name, array.floats()]))

  test('give what their values in single precision give', async () => {
    const [kept, built] = [await results(stored), await results(wide)]
    const scale = Math.hypot(...built)
    expect(Math.hypot(...kept.map((value, i) => value - built[i]!)) / scale).toBeLessThan(1e-6)
  })
  test('are widened for an engine that does not store them', async () => {
    const { stores: _, ...plain } = engine
    expect(await results(stored, plain)).toEqual(await results(wide, plain))
  })
})

test('the addon stores halves too', async () => {
  const stored = new Map(Object.entries(sizes).map(([name, size]) => [name, storedAs('float16', draw(name, size))]))
  const [other, own] = [await results(stored, bindingEngine), await results(stored)]
  for (const [i, value] of other.entries()) expect(value).toBeCloseTo(own[i]!, 3)
})

test('each weight is widened before what reads it, and nothing of it is built into the model', async () => {
  const constants = new Map(Object.entries(sizes).map(([name, size]) => [name, storedAs('float16', draw(name, size))]))
  const { bytes } = await lowered({ y: network() }, engine, { constants })
  expect(bytes.length).toBeLessThan(20_000)
  const { graph } = decodeModel(bytes)
  expect(
    graph.inputs
      .filter(({ dtype }) => dtype === 'float16')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(Object.keys(sizes).sort())
  expect(graph.nodes.slice(0, 3).map(({ opType }) => opType)).toEqual(['Cast', 'Cast', 'Cast'])
})

describe('attention over many places', () => {
  const [places, others, width, heads] = [1100, 1000, 32, 4]
  const [q, k, v] = [input('q', [2, places, width]), input('k', [2, others, width]), input('v', [2, others, width])]
  const values = {
    q: draw('q', 2 * places * width),
    k: draw('k', 2 * others * width),
    v: draw('v', 2 * others * width),
  }

  test('goes through in tiles, and is the same', async () => {
    const seen: unknown[] = []
    const y = attention(q, k, v, heads)
    const watched = attention(q, k, v, heads, { watch: (weights) => seen.push(weights) })
    const operators = async (outputs: Parameters<typeof compile>[0]) =>
      decodeModel((await lowered(outputs, engine, {})).bytes).graph.nodes.map(({ opType }) => opType)
    expect(await operators({ y })).toContain('MultiHeadAttention')
    const plain = { y: watched, weights: seen[0] as typeof y }
    expect(await operators(plain)).not.toContain('MultiHeadAttention')

    using tiled = await compile({ y }, engine)
    using whole = await compile(plain, engine)
    const [a, b] = [(await tiled.run(values)).y!, (await whole.run(values)).y!]
    let largest = 0
    for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
    expect(largest).toBeLessThan(1e-5)
  })
})
