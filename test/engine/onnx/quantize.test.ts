/** Weights in fewer bits: the bounds of rounding, and exported files against the reference evaluator on the rounded weights. */
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { sizeOf } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { decodeFloat16, encodeFloat16 } from '../../../src/files/io/half.ts'
import { exportOnnx } from '../../../src/compiled/export-onnx.ts'
import { networkGraph, type NetworkWeights } from '../../../src/compiled/network-graph.ts'
import { roundWeights, weightFormats } from '../../../src/compiled/weight-format.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { parametersOf } from '../../../src/engine/nn/network.ts'
import { networkFromConfig } from '../../../src/engine/nn/registry.ts'
import { decodeModel } from '../../../src/engine/onnx/proto/decode.ts'
import { attribute, tensorProto } from '../../../src/engine/onnx/proto/model.ts'
import type { ModelProto } from '../../../src/engine/onnx/proto/model.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { dequantize, quantize, storedInt8, withStored } from '../../../src/engine/onnx/quantize.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { expectClose, uniform } from '../graph/support.ts'

/** Rows of equally many weights of any size that single precision takes, some of them zero. */
const rows = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: -100, max: 100 }))
  .chain(([channels, size, power]) =>
    fc
      .array(fc.oneof(fc.constant(0), fc.double({ min: -1, max: 1, noNaN: true })), {
        minLength: channels * size,
        maxLength: channels * size,
      })
      .map((list) => ({ channels, size, weights: Float32Array.from(list, (value) => value * 2 ** power) })),
  )

describe('eight bits', () => {
  test('a weight is off by half a step at the most, and the largest of a channel by nothing', () => {
    fc.assert(
      fc.property(rows, ({ channels, size, weights }) => {
        const quantized = quantize(weights, channels)
        const back = dequantize(quantized)
        for (let c = 0; c < channels; c++) {
          const scale = quantized.scales[c]!
          const row = weights.subarray(c * size, (c + 1) * size)
          const largest = Math.max(...row.map(Math.abs))
          for (const [i, weight] of row.entries()) {
            const error = Math.abs(weight - back[c * size + i]!)
            // Single precision adds a few units in the last place; below 2⁻¹²⁶ it has fewer digits.
            expect(error).toBeLessThanOrEqual(scale / 2 + 2e-7 * largest + 127 * 2 ** -149)
            if (Math.abs(weight) === largest) expect(error).toBeLessThanOrEqual(2e-7 * largest + 127 * 2 ** -149)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('what is rounded once stays as it is, and a sign changes nothing else', () => {
    fc.assert(
      fc.property(rows, ({ channels, weights }) => {
        const { values, scales } = quantize(weights, channels)
        fc.pre(scales.every((scale) => scale === 0 || scale > 1e-30))
        expect(quantize(dequantize({ values, scales }), channels).values).toEqual(values)
        const turned = quantize(
          weights.map((weight) => -weight),
          channels,
        )
        expect(turned.scales).toEqual(scales)
        // Halves are rounded upwards, so that a sign may move them by one step.
        for (const [i, value] of turned.values.entries()) expect(Math.abs(value + values[i]!)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('a channel of zeros is exact, and what is not finite is refused', () => {
    expect(dequantize(quantize(new Float32Array(6), 2))).toEqual(new Float32Array(6))
    for (const wrong of [Number.NaN, Infinity]) {
      expect(() => quantize(Float32Array.of(1, wrong), 1)).toThrow('not finite')
    }
  })

  test('each channel has its own scale', () => {
    const { values, scales } = quantize(Float32Array.of(127, -1, 0.5, 0.25), 2)
    expect([...values]).toEqual([127, -1, 127, 64])
    expect([...scales]).toEqual([1, Math.fround(0.5 / 127)])
  })
})

describe('sixteen bits', () => {
  /** Every finite half-precision number that is not negative, ascending: the slow way to write it. */
  const halves = Array.from({ length: 0x7c00 }, (_, bits) => {
    const [exponent, fraction] = [Math.floor(bits / 1024), bits % 1024]
    return exponent === 0 ? fraction / 2 ** 24 : (1 + fraction / 1024) * 2 ** (exponent - 15)
  })

  test('the nearest of all half-precision numbers, the even one of two', () => {
    const value = fc.oneof(
      fc.double({ min: -65519, max: 65519, noNaN: true }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: -(2 ** -13), max: 2 ** -13, noNaN: true }),
      // halfway between two neighbours
      fc.integer({ min: 0, max: 0x7bfe }).map((i) => (halves[i]! + halves[i + 1]!) / 2),
    )
    fc.assert(
      fc.property(value.map(Math.fround), (x) => {
        const size = Math.abs(x)
        let low = 0
        for (let high = halves.length; high - low > 1;) {
          const middle = (low + high) >> 1
          if (halves[middle]! <= size) low = middle
          else high = middle
        }
        const [below, above] = [size - halves[low]!, (halves[low + 1] ?? Infinity) - size]
        const nearest = below < above || (below === above && low % 2 === 0) ? low : low + 1
        expect(encodeFloat16([x])[0]! & 0x7fff).toBe(nearest)
        expect(decodeFloat16(encodeFloat16([x]))[0]).toBe(Math.sign(x) * halves[nearest]!)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a U-Net', () => {
  const network = networkFromConfig('UNet2DModel', {
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    num_class_embeds: 4,
    block_out_channels: [16, 32],
    layers_per_block: 1,
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    add_attention: true,
    attention_head_dim: 16,
    norm_num_groups: 8,
  })
  const layout = parametersOf(network)
  const model: NetworkWeights = { network, layout, weights: initialize(layout, key(1)) }
  const batch = 2
  let engine: Engine
  const x = normal(key(2), new Float32Array(batch * sizeOf(network.inputShape)))
  const feeds = { x: [...x], t: [10, 700], labels: [0, 3] }

  beforeAll(async () => {
    engine = await nodeEngine()
  })

  /** What a file makes of the feeds. */
  async function run(file: Uint8Array): Promise<Float32Array> {
    using session = await engine.createSession(file, { threads: 1 })
    const shape = [batch, ...network.inputShape]
    const data = new Float32Array(x.length)
    await session.run(
      {
        x: { dtype: 'float32', shape, data: x },
        t: { dtype: 'float32', shape: [batch], data: Float32Array.from(feeds.t) },
        labels: { dtype: 'int32', shape: [batch], data: Int32Array.from(feeds.labels) },
      },
      { output: { dtype: 'float32', shape, data } },
    )
    return data
  }

  /** What the reference evaluator makes of them, with these weights. */
  function expected(weights: Float32Array): Float32Array {
    const { output } = networkGraph(model, batch)
    const named = Object.fromEntries(Array.from(layout.toMap(weights), ([name, { data }]) => [name, [...data]]))
    return Float32Array.from(evaluate([output], { ...feeds, ...named })[0]!.data)
  }

  test.each(weightFormats)('%s: the file computes what its weights say', async (format) => {
    const rounded = roundWeights(model, format)
    const truth = expected(rounded.weights)
    expectClose(await run(exportOnnx(model, { weights: format })), [...truth], 1e-5)
  })

  test('fewer bits make smaller files, and rounding shows in the outputs in that order', async () => {
    const [full, half, byte] = weightFormats.map((format) => exportOnnx(model, { weights: format }))
    const parameters = layout.size
    expect(full!.length - half!.length).toBeGreaterThan(1.8 * parameters)
    expect(full!.length - byte!.length).toBeGreaterThan(2.7 * parameters)
    const outputs = await Promise.all([full!, half!, byte!].map(run))
    const error = (data: Float32Array): number => Math.hypot(...data.map((value, i) => value - outputs[0]![i]!))
    const [halfError, byteError] = [error(outputs[1]!), error(outputs[2]!)]
    expect(halfError).toBeGreaterThan(0)
    expect(byteError).toBeGreaterThan(2 * halfError)
    expect(byteError).toBeLessThan(0.1 * Math.hypot(...outputs[0]!))
  })

  test('small tensors and what is no weight keep their bits', () => {
    const { graph } = decodeModel(exportOnnx(model, { weights: 'int8' }))
    const stored = new Map(graph.initializers.map(({ name, dtype }) => [name, dtype]))
    for (const { name, shape } of layout.specs) {
      const large = shape.length >= 2 && sizeOf(shape) >= 1024
      expect(stored.get(name), name).toBe(large ? undefined : 'float32')
      expect(stored.get(`${name}:int8`), name).toBe(large ? 'int8' : undefined)
    }
    const ours = new Set(layout.specs.map(({ name }) => name))
    const others = [...stored].filter(([name]) => !ours.has(name.replace(/:.*/, '')))
    expect(others.length).toBeGreaterThan(0)
    expect(others.filter(([, dtype]) => dtype === 'int8' || dtype === 'float16')).toEqual([])
  })

  test('weights beyond half precision are refused as float16, and taken as int8', () => {
    const weights = model.weights.slice()
    const name = layout.specs.find(({ shape }) => shape.length >= 2 && sizeOf(shape) >= 1024)!.name
    weights[layout.offset(name)] = 7e4
    expect(() => roundWeights({ ...model, weights }, 'float16')).toThrow('half precision')
    expect(roundWeights({ ...model, weights }, 'int8').weights[layout.offset(name)]).toBeCloseTo(7e4, 1)
  })
})

test('constants that are equal are stored once, weights by their own names', () => {
  const network = networkFromConfig('TokenTransformer', {
    length: 16,
    vocab_size: 5,
    num_states: 6,
    hidden_size: 32,
    num_layers: 3,
    num_attention_heads: 2,
    time_conditioning: false,
  })
  const layout = parametersOf(network)
  const { initializers } = decodeModel(exportOnnx({ network, layout, weights: new Float32Array(layout.size) })).graph
  const names = new Set(initializers.map(({ name }) => name))
  // All weights are zero here, and still keep their names.
  expect(layout.specs.filter(({ name }) => !names.has(name))).toEqual([])
  const tables = initializers.filter(
    ({ name, bytes }) => !layout.specs.some((spec) => spec.name === name) && bytes.length >= 1024,
  )
  const contents = tables.map(({ bytes, shape }) => `${shape.join()}:${bytes.join()}`)
  expect(tables.length).toBeGreaterThan(0)
  expect(new Set(contents).size).toBe(tables.length)
})

test('ONNX Runtime reads int8 weights, Cast and Mul as the weights themselves: bit for bit the same as with constants', async () => {
  const [n, c, o] = [1, 8, 16]
  const w = Float32Array.from(uniform(3, o * c * 9))
  const graphOf = (weights: Float32Array): ModelProto => ({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'conv',
      nodes: [
        {
          opType: 'Conv',
          inputs: ['x', 'w'],
          outputs: ['y'],
          attributes: { kernel_shape: attribute.ints([3, 3]), pads: attribute.ints([1, 1, 1, 1]) },
        },
      ],
      initializers: [tensorProto('w', 'float32', [o, c, 3, 3], weights)],
      inputs: [{ name: 'x', dtype: 'float32', shape: [n, c, 5, 5] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [n, o, 5, 5] }],
    },
  })
  const engine = await nodeEngine()
  const data = Float32Array.from(uniform(4, n * c * 25))
  const results = []
  for (const model of [graphOf(dequantize(quantize(w, o))), withStored(graphOf(w), storedInt8)]) {
    using session = await engine.createSession(encodeModel(model), { threads: 1 })
    const y = new Float32Array(n * o * 25)
    await session.run(
      { x: { dtype: 'float32', shape: [n, c, 5, 5], data } },
      { y: { dtype: 'float32', shape: [n, o, 5, 5], data: y } },
    )
    results.push(y)
  }
  expect(results[1]).toEqual(results[0])
  expect(Math.max(...results[0]!)).toBeGreaterThan(0)
})
