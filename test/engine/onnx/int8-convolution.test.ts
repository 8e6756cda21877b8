/** Convolutions in eight bits, in ONNX Runtime and summed one product at a time. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sizeOf } from '../../../src/engine/graph/index.ts'
import {
  type ConvolutionRange,
  type ConvolutionRanges,
  int8Convolutions,
  type Range,
  stepsOf,
} from '../../../src/engine/onnx/int8-convolution.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { attribute, tensorProto } from '../../../src/engine/onnx/proto/model.ts'
import type { ModelProto, NodeProto } from '../../../src/engine/onnx/proto/model.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { uniform } from '../graph/support.ts'

const engine = await nodeEngine()

interface Convolution {
  readonly channels: number
  readonly out: number
  readonly size: number
  readonly taps: number
  readonly stride: number
  readonly weights: Float32Array
  readonly bias: Float32Array | undefined
  readonly input: Range
  readonly output: Range
}

const outputSize = ({ size, taps, stride }: Convolution): number => Math.floor((size - taps + 2) / stride) + 1

/** x `[1, C, S, S]` → y, its bias through a reshape as networks have it. */
function modelOf({ channels, out, size, taps, stride, weights, bias, ...rest }: Convolution): ModelProto {
  const places = outputSize({ channels, out, size, taps, stride, weights, bias, ...rest })
  const nodes: NodeProto[] = [
    ...(bias ? [{ opType: 'Reshape', inputs: ['b', 'flat'], outputs: ['b flat'] }] : []),
    {
      opType: 'Conv',
      inputs: ['x', 'w', ...(bias ? ['b flat'] : [])],
      outputs: ['y'],
      attributes: {
        kernel_shape: attribute.ints([taps, taps]),
        pads: attribute.ints([1, 1, 1, 1]),
        strides: attribute.ints([stride, stride]),
      },
    },
  ]
  return {
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'convolution',
      nodes,
      initializers: [
        tensorProto('w', 'float32', [out, channels, taps, taps], weights),
        ...(bias
          ? [
              tensorProto('b', 'float32', [1, out, 1, 1], bias),
              tensorProto('flat', 'int64', [1], BigInt64Array.of(BigInt(out))),
            ]
          : []),
      ],
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, channels, size, size] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, out, places, places] }],
    },
  }
}

async function run(model: ModelProto, x: Float32Array): Promise<Float32Array> {
  using session = await engine.createSession(encodeModel(model), { threads: 1, cached: false })
  const [input, output] = [model.graph.inputs[0]!, model.graph.outputs[0]!]
  const y = new Float32Array(sizeOf(output.shape as number[]))
  await session.run(
    { x: { dtype: 'float32', shape: input.shape as number[], data: x } },
    { y: { dtype: 'float32', shape: output.shape as number[], data: y } },
  )
  return y
}

const clamp = (value: number): number => Math.min(255, Math.max(0, value))

/** The sums in whole numbers, in units of s_y: what the nearest whole number is taken of. */
function slowly(convolution: Convolution, x: Float32Array): number[] {
  const { channels, out, size, taps, stride, weights, bias } = convolution
  const [given, gives] = [stepsOf(convolution.input), stepsOf(convolution.output)]
  const whole = Array.from(x, (value) => clamp(nearestEven(Math.fround(value / given.scale)) + given.zero) - given.zero)
  const places = outputSize(convolution)
  const each = channels * taps * taps
  const result: number[] = []
  for (let o = 0; o < out; o++) {
    const kernel = weights.subarray(o * each, (o + 1) * each)
    const most = Math.max(...kernel.map(Math.abs))
    const scale = Math.fround(Math.max(most / 64, Math.abs(bias?.[o] ?? 0) / (given.scale * 2 ** 30)))
    for (let row = 0; row < places; row++) {
      for (let column = 0; column < places; column++) {
        let sum = scale === 0 ? 0 : Math.round((bias?.[o] ?? 0) / (given.scale * scale))
        for (let i = 0; i < each; i++) {
          const [c, dy, dx] = [Math.floor(i / taps ** 2), Math.floor(i / taps) % taps, i % taps]
          const [at, from] = [row * stride + dy - 1, column * stride + dx - 1]
          if (at < 0 || from < 0 || at >= size || from >= size || scale === 0) continue
          sum += Math.round(kernel[i]! / scale) * whole[(c * size + at) * size + from]!
        }
        result.push((sum * given.scale * scale) / gives.scale + gives.zero)
      }
    }
  }
  return result
}

function nearestEven(value: number): number {
  const nearest = Math.round(value)
  return Math.abs(value - Math.trunc(value)) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest
}

const rangesOf = ({ input, output }: Convolution): ConvolutionRanges => new Map([['w', { input, output }]])

const convolutions: fc.Arbitrary<Convolution> = fc
  .record({
    channels: fc.integer({ min: 1, max: 9 }),
    out: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: 3, max: 6 }),
    taps: fc.constantFrom(1, 3),
    stride: fc.constantFrom(1, 2),
    seed: fc.nat(1000),
    biased: fc.boolean(),
    least: fc.constantFrom(-3, -0.28, 0),
    reach: fc.constantFrom(0.5, 4, 40),
  })
  .map(({ channels, out, taps, seed, biased, least, reach, ...rest }) => ({
    ...rest,
    channels,
    out,
    taps,
    weights: Float32Array.from(uniform(seed, out * channels * taps ** 2)),
    bias: biased ? Float32Array.from(uniform(seed + 1, out)) : undefined,
    input: [least, 4],
    output: [-reach, 0.7 * reach],
  }))

test('the nearest whole number to the sum of whole products, in steps of the output', async () => {
  await fc.assert(
    fc.asyncProperty(convolutions, fc.nat(1000), async (convolution, seed) => {
      // Some of the input lies beyond the range.
      const x = Float32Array.from(uniform(seed, convolution.channels * convolution.size ** 2, -4, 5))
      const y = await run(int8Convolutions(modelOf(convolution), rangesOf(convolution)), x)
      const { scale, zero } = stepsOf(convolution.output)
      const sums = slowly(convolution, x)
      expect(y).toHaveLength(sums.length)
      for (const [i, value] of y.entries()) {
        const whole = value / scale + zero
        expect(Math.abs(whole - Math.round(whole))).toBeLessThan(1e-3)
        expect(Math.abs(clamp(sums[i]!) - whole)).toBeLessThan(0.502)
      }
    }),
    { numRuns: 25 },
  )
})

test('the largest products of all add up without saturation', async () => {
  const [channels, out, size, taps] = [16, 16, 4, 3]
  const convolution: Convolution = {
    channels,
    out,
    size,
    taps,
    stride: 1,
    bias: undefined,
    weights: new Float32Array(out * channels * taps ** 2).fill(1),
    input: [0, 1],
    output: [0, channels * taps ** 2],
  }
  const x = new Float32Array(channels * size ** 2).fill(1)
  const y = await run(int8Convolutions(modelOf(convolution), rangesOf(convolution)), x)
  expect(Math.max(...y)).toBeCloseTo(channels * taps ** 2, 3)
  const { initializers } = int8Convolutions(modelOf(convolution), rangesOf(convolution)).graph
  const { bytes } = initializers.find(({ name }) => name === 'w:int8')!
  expect(2 * 255 * Math.max(...new Int8Array(bytes.slice().buffer))).toBeLessThan(2 ** 15)
})

test('close to single precision, and exact where nothing but a bias is left', async () => {
  const base = { channels: 8, out: 8, size: 6, taps: 3, stride: 1 } as const
  const weights = Float32Array.from(uniform(1, 8 * 8 * 9))
  const bias = Float32Array.from(uniform(2, 8))
  const x = Float32Array.from(uniform(3, 8 * 36))
  const exact = await run(modelOf({ ...base, weights, bias, input: [0, 0], output: [0, 0] }), x)
  const output: Range = [Math.min(...exact), Math.max(...exact)]
  const convolution: Convolution = { ...base, weights, bias, input: [-1, 1], output }
  const y = await run(int8Convolutions(modelOf(convolution), rangesOf(convolution)), x)
  const error = Math.hypot(...y.map((value, i) => value - exact[i]!)) / Math.hypot(...exact)
  expect(error).toBeGreaterThan(0.001)
  expect(error).toBeLessThan(0.012)

  const dead: Convolution = { ...convolution, weights: new Float32Array(weights.length), output: [-1, 1] }
  const only = await run(int8Convolutions(modelOf(dead), rangesOf(dead)), x)
  for (const [i, value] of only.entries())
    expect(Math.abs(value - bias[Math.floor(i / 36)]!)).toBeLessThan(0.51 * (2 / 255))
  // An input that was always zero has no range.
  const silent: Convolution = { ...convolution, input: [0, 0] }
  const quiet = await run(int8Convolutions(modelOf(silent), rangesOf(silent)), new Float32Array(x.length))
  expect(quiet.every(Number.isFinite)).toBe(true)
})

test('zero is one of the steps, whatever the range', () => {
  for (const range of [
    [-0.278, 6],
    [2, 3],
    [-5, -1],
    [0, 0],
  ] as const) {
    const { scale, zero } = stepsOf(range)
    expect(Number.isInteger(zero) && zero >= 0 && zero <= 255 && scale > 0).toBe(true)
    for (const end of range)
      expect(Math.abs(clamp(Math.round(end / scale) + zero) - zero - end / scale)).toBeLessThan(1)
  }
})

/** Two convolutions of the same input, and an addition. */
function pair(): ModelProto {
  const value = (name: string) => ({ name, dtype: 'float32', shape: [1, 4, 3, 3] }) as const
  const conv = (w: string, y: string): NodeProto => ({ opType: 'Conv', inputs: ['x', w], outputs: [y] })
  const kernel = (name: string, seed: number) =>
    tensorProto(name, 'float32', [4, 4, 1, 1], Float32Array.from(uniform(seed, 16)))
  return {
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'pair',
      nodes: [conv('a', 'p'), conv('b', 'q'), { opType: 'Add', inputs: ['p', 'q'], outputs: ['y'] }],
      initializers: [kernel('a', 1), kernel('b', 2)],
      inputs: [value('x')],
      outputs: [value('y')],
    },
  }
}

const countOf = ({ graph }: ModelProto): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { opType } of graph.nodes) counts[opType] = (counts[opType] ?? 0) + 1
  return counts
}

test('an input is quantised once for all that read it; weights that nothing reads are gone, others stay', async () => {
  const range: ConvolutionRange = { input: [-1, 1], output: [-4, 4] }
  const both = int8Convolutions(
    pair(),
    new Map([
      ['a', range],
      ['b', range],
    ]),
  )
  expect(countOf(both)).toEqual({ QuantizeLinear: 1, QLinearConv: 2, DequantizeLinear: 2, Add: 1 })
  expect(both.graph.initializers.map(({ name }) => name)).not.toContain('a')
  const one = int8Convolutions(pair(), new Map([['b', range]]))
  expect(countOf(one)).toEqual({ Conv: 1, QuantizeLinear: 1, QLinearConv: 1, DequantizeLinear: 1, Add: 1 })
  expect(one.graph.initializers.map(({ name }) => name)).toContain('a')
  const apart = int8Convolutions(
    pair(),
    new Map([
      ['a', range],
      ['b', { ...range, input: [-2, 2] }],
    ]),
  )
  expect(countOf(apart)).toMatchObject({ QuantizeLinear: 2 })

  const x = Float32Array.from(uniform(3, 36))
  const exact = await run(pair(), x)
  for (const model of [both, one, apart]) {
    const y = await run(model, x)
    for (const [i, value] of y.entries()) expect(Math.abs(value - exact[i]!)).toBeLessThan(0.15)
  }
})

test('ranges of another network are refused, and so is a bias that is computed', () => {
  const range = { input: [-1, 1], output: [-1, 1] } as const
  expect(() => int8Convolutions(pair(), new Map([['c', range]]))).toThrow('c has ranges')
  const { graph, ...rest } = pair()
  const [first, ...others] = graph.nodes as [NodeProto, ...NodeProto[]]
  const biased = { ...first, inputs: [...first.inputs, 'bias'] }
  const computed: NodeProto = { opType: 'ReduceMax', inputs: ['x'], outputs: ['bias'] }
  const model = { ...rest, graph: { ...graph, nodes: [computed, biased, ...others] } }
  expect(() => int8Convolutions(model, new Map([['a', range]]))).toThrow('not constant')
})
