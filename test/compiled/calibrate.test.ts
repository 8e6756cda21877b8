/** Ranges of convolutions, and sampling in eight bits by them. A small network after a few steps. */
import { beforeAll, describe, expect, test } from 'vitest'
import { builtinDataset } from '../../src/files/data/index.ts'
import { TweedieError } from '../../src/errors.ts'
import { sizeOf } from '../../src/engine/graph/shape.ts'
import { conditionShape } from '../../src/engine/nn/condition-spec.ts'
import type { Tensor } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/index.ts'
import { topological } from '../../src/engine/graph/traverse.ts'
import { calibrate } from '../../src/compiled/calibrate.ts'
import { modelDenoiser } from '../../src/compiled/denoiser.ts'
import { exportOnnx } from '../../src/compiled/export-onnx.ts'
import { generate } from '../../src/families/values/generate.ts'
import type { Model } from '../../src/families/values/model.ts'
import { networkGraph } from '../../src/compiled/network-graph.ts'
import { timesOf } from '../../src/diffusion/sample/default-times.ts'
import type { ConvolutionRanges } from '../../src/engine/onnx/int8-convolution.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { initialState, randomNoise } from '../../src/diffusion/sample/index.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { train } from '../../src/app/train.ts'

const engine = await nodeEngine()
const glyphs = builtinDataset('glyphs', { length: 64 })

async function trained(steps: number, depth: number): Promise<Model> {
  const spec = defaultSpec(
    { ...glyphs, classes: 10 },
    { budget: { steps }, batch: 8, patch: 4, unet: { widths: [8, 16], depth } },
  )
  let model: Model | undefined
  for await (const event of train({ spec, dataset: glyphs, engine })) {
    if (event.type === 'checkpoint') model = event.model
  }
  return model!
}

let model: Model
let ranges: ConvolutionRanges

beforeAll(async () => {
  model = await trained(12, 2)
  ranges = await calibrate(model, engine, { items: 4, steps: 6 })
})

/** |a − b| / |b|. */
const relative = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b)

describe('calibration', () => {
  test('of the first evaluation alone: the extremes that the reference evaluator finds', async () => {
    const items = 2
    const [t] = timesOf(model.schedule, 1) as [number]
    const told = sizeOf(conditionShape(model.network.conditions['estimate']!))
    const found = await calibrate(model, engine, { items, steps: 1, seed: 5 })
    const size = model.network.inputShape.reduce((a, b) => a * b, 1)
    const x = new Float32Array(items * size)
    initialState(model.schedule, t, randomNoise(size, { seed: 5 }), x)
    const { output } = networkGraph(model, items)
    const order = topological([output])
    const convolutions = order.filter(({ op }) => op === 'conv')
    const named = Object.fromEntries(
      Array.from(model.layout.toMap(model.weights), ([name, { data }]) => [name, [...data]]),
    )
    // What a convolution gives is what its bias is added to.
    const gives = convolutions.map((conv) => order.find(({ op, inputs }) => op === 'add' && inputs.includes(conv))!)
    const feeds = {
      x: Array.from(x, (v) => model.view.scale(t) * v),
      t: [0, 0].fill(model.view.time(t)),
      labels: [0, 1],
      // nothing was estimated yet
      estimate: new Float32Array(items * told),
    }
    const values = evaluate([...convolutions.map(({ inputs }) => inputs[0]!), ...gives], { ...feeds, ...named })
    const watched = convolutions.map((conv, i) => ({
      weight: (conv.inputs[1] as Tensor & { op: 'input' }).attributes.name,
      extremes: [values[i]!, values[convolutions.length + i]!].map(({ data }) => {
        const list = Array.from(data as ArrayLike<number>)
        return [Math.min(...list), Math.max(...list)]
      }),
      taps: conv.inputs[1]!.shape[2]!,
    }))
    // two convolutions read what the network is given: the data, and its own estimate
    const first = ['conv_in.weight', 'image_embeddings.estimate.weight']
    const expected = watched.slice(0, -1).filter(({ weight, taps }) => taps > 1 && !first.includes(weight))
    expect([...found.keys()]).toEqual(expected.map(({ weight }) => weight))
    expect(found.size).toBeGreaterThan(5)
    expect(found.size).toBeLessThan(watched.length - 2)
    for (const { weight, extremes } of expected) {
      const { input, output: out } = found.get(weight)!
      for (const [i, value] of [...input, ...out].entries()) expect(value).toBeCloseTo(extremes.flat()[i]!, 3)
    }
  })

  test('equal seeds give equal ranges, more items wider ones', async () => {
    expect(await calibrate(model, engine, { items: 4, steps: 6 })).toEqual(ranges)
    expect(await calibrate(model, engine, { items: 4, steps: 6, seed: 1 })).not.toEqual(ranges)
    const wider = await calibrate(model, engine, { items: 12, steps: 6 })
    let grown = 0
    for (const [name, { input, output }] of ranges) {
      const more = wider.get(name)!
      for (const [few, many] of [
        [input, more.input],
        [output, more.output],
      ] as const) {
        // The first items are the same, but for rounding.
        expect(many[0]).toBeLessThanOrEqual(few[0] + 1e-3)
        expect(many[1]).toBeGreaterThanOrEqual(few[1] - 1e-3)
        if (many[0] < few[0] - 1e-3 || many[1] > few[1] + 1e-3) grown++
      }
    }
    expect(grown).toBeGreaterThan(0)
  })

  test('needs convolutions, and a processor', async () => {
    const points = builtinDataset('moons', { length: 32 })
    const spec = defaultSpec({ ...points, classes: 0 }, { budget: { steps: 1 }, batch: 8, unet: { widths: [8] } })
    let flat: Model | undefined
    for await (const event of train({ spec, dataset: points, engine })) {
      if (event.type === 'checkpoint') flat = event.model
    }
    const refusals = [
      () => calibrate(flat!, engine),
      () => generate(flat!, engine, { count: 1, arithmetic: 'int8' }),
      () => calibrate(model, engine, { device: 'webgpu' }),
      () => generate(model, engine, { count: 1, arithmetic: ranges, device: 'webgpu' }),
      () => modelDenoiser(model, engine, { batch: 1, ranges, device: 'auto' }),
    ]
    for (const refused of refusals) {
      const error: unknown = await refused().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(TweedieError)
      expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('int8 arithmetic') })
    }
  })
})

describe('in eight bits', () => {
  const batch = 4
  const labels = Int32Array.from({ length: batch }, (_, i) => i)
  const conditions = { labels }

  test.each([0.1, 0.5, 0.9])('a denoiser at t = %d is off by less than a tenth', async (t) => {
    const size = batch * model.network.inputShape.reduce((a, b) => a * b, 1)
    const x = normal(key('x'), new Float32Array(size))
    using exact = await modelDenoiser(model, engine, { batch })
    using rough = await modelDenoiser(model, engine, { batch, ranges })
    const [got, expected] = [await rough.denoise(x, t, { conditions }), await exact.denoise(x, t, { conditions })]
    const error = relative(got as Float32Array, expected as Float32Array)
    expect(error).toBeGreaterThan(1e-5)
    expect(error).toBeLessThan(0.1)
  })

  test('samples are close to those of single precision, and the same whatever the batch', async () => {
    const how = { count: 5, times: timesOf(model.schedule, 6) }
    const exact = await generate(model, engine, how)
    const rough = await generate(model, engine, { ...how, arithmetic: ranges })
    const error = relative(rough.items, exact.items)
    expect(error).toBeGreaterThan(1e-4)
    expect(error).toBeLessThan(0.06)
    const apart = await generate(model, engine, { ...how, arithmetic: ranges, batch: 2 })
    expect(relative(apart.items, rough.items)).toBeLessThan(error / 2)
  })

  test("'int8' calibrates by itself, always in the same way", async () => {
    const how = { count: 2, times: timesOf(model.schedule, 2), seed: 3 }
    const itself = await generate(model, engine, { ...how, arithmetic: 'int8' })
    const given = await generate(model, engine, { ...how, arithmetic: await calibrate(model, engine) })
    expect(itself.items).toEqual(given.items)
  })

  test('a weaker model that guides has other convolutions, and keeps single precision', async () => {
    const weak = await trained(1, 1)
    const how = { count: 2, times: timesOf(model.schedule, 2), guidance: { w: 1, weak } }
    const exact = await generate(model, engine, how)
    const rough = await generate(model, engine, { ...how, arithmetic: ranges })
    expect(relative(rough.items, exact.items)).toBeGreaterThan(1e-4)
    expect(relative(rough.items, exact.items)).toBeLessThan(0.1)
  })

  test('an exported file computes the same, for any batch', async () => {
    const size = batch * model.network.inputShape.reduce((a, b) => a * b, 1)
    const x = normal(key('x'), new Float32Array(size))
    const outputs: Float32Array[] = []
    const told = conditionShape(model.network.conditions['estimate']!)
    for (const options of [{}, { ranges }, { ranges, batch }, { ranges, weights: 'int8' }] as const) {
      const file = exportOnnx(model, options)
      using session = await engine.createSession(file, { threads: 1 })
      const shape = [batch, ...model.network.inputShape]
      const data = new Float32Array(size)
      await session.run(
        {
          x: { dtype: 'float32', shape, data: x },
          t: { dtype: 'float32', shape: [batch], data: new Float32Array(batch).fill(model.view.time(0.5)) },
          labels: { dtype: 'int32', shape: [batch], data: labels },
          estimate: { dtype: 'float32', shape: [batch, ...told], data: new Float32Array(batch * sizeOf(told)) },
        },
        { output: { dtype: 'float32', shape, data } },
      )
      outputs.push(data)
    }
    const [exact, free, fixed, small] = outputs as [Float32Array, Float32Array, Float32Array, Float32Array]
    expect(relative(free, exact)).toBeGreaterThan(1e-4)
    expect(relative(free, exact)).toBeLessThan(0.1)
    expect(relative(fixed, free)).toBeLessThan(relative(free, exact) / 2)
    expect(relative(small, exact)).toBeLessThan(0.1)
    expect(exportOnnx(model, { ranges, weights: 'int8' }).length).toBeLessThan(exportOnnx(model, { ranges }).length)
  })

  test('ranges of another network are refused', async () => {
    const [[, range]] = ranges as unknown as [[string, { input: [number, number]; output: [number, number] }]]
    const other = new Map([['nowhere.weight', range]])
    await expect(modelDenoiser(model, engine, { batch, ranges: other })).rejects.toThrow('another network')
  })
})
