/** Feature networks that the user brings, resizing, batches and neighbours: against values worked out by hand. */
import { describe, expect, test } from 'vitest'
import { builtinDataset, createDataset, take } from '../../../src/files/data/index.ts'
import { evaluateSamples, memoryStore, onnxFeatures } from '../../../src/eval.ts'
import type { ImageComparison } from '../../../src/eval.ts'
import { allItems } from '../../../src/tools/eval/items.ts'
import { mapBatches } from '../../../src/tools/eval/map-batches.ts'
import { nearestNeighbours } from '../../../src/tools/eval/nearest.ts'
import { referenceFeatures } from '../../../src/tools/eval/reference.ts'
import { resizePlanes } from '../../../src/tools/eval/resize.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { tensorProto } from '../../../src/engine/onnx/proto/model.ts'
import type { NodeProto, ValueInfo } from '../../../src/engine/onnx/proto/model.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'

const engine = await nodeEngine()

type Dims = readonly (number | string)[]

/** An ONNX network that ends in a pooling or a flattening of its input. */
function network(nodes: readonly NodeProto[], shape: Dims, outputs: Readonly<Record<string, Dims>>): Uint8Array {
  const value = (name: string, dims: Dims): ValueInfo => ({ name, dtype: 'float32', shape: dims })
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'features',
      nodes,
      initializers: [tensorProto('axes', 'int64', [2], BigInt64Array.of(2n, 3n))],
      inputs: [value('image', shape)],
      outputs: Object.entries(outputs).map(([name, dims]) => value(name, dims)),
    },
  })
}

const flatten: NodeProto = { opType: 'Flatten', inputs: ['image'], outputs: ['features'] }
const max: NodeProto = {
  opType: 'ReduceMax',
  inputs: ['image', 'axes'],
  outputs: ['max'],
  attributes: { keepdims: { kind: 'int', value: 0 } },
}

describe('a network of the user', () => {
  const images = Float32Array.of(-1, 0, 0.5, 1, 1, 1, 1, 1, -1, -1, -1, 0)

  test('gives its first output of two axes', async () => {
    const bytes = network([max], ['N', 1, 'H', 'W'], { max: ['N', 1] })
    const { extract } = await onnxFeatures(bytes, [1, 2, 2], engine, { batch: 2 })
    expect(await extract(images)).toEqual({ data: Float32Array.of(1, 1, 0), count: 3, dimension: 1 })
  })

  test('is averaged over space where its output is a picture', async () => {
    const bytes = network([{ opType: 'Neg', inputs: ['image'], outputs: ['y'] }], ['N', 1, 2, 2], { y: ['N', 1, 2, 2] })
    const { extract } = await onnxFeatures(bytes, [1, 2, 2], engine)
    expect((await extract(images)).data).toEqual(Float32Array.of(-0.125, -1, 0.75))
  })

  test('gets images of its own size, channels and range, in batches of its own', async () => {
    const bytes = network([flatten], [2, 3, 1, 1], { features: [2, 3] })
    const { extract } = await onnxFeatures(bytes, [1, 2, 2], engine, { range: [0, 1] })
    const { data, count, dimension } = await extract(images)
    expect([count, dimension]).toEqual([3, 3])
    const means = [0.125, 1, -0.75].map((mean) => (mean + 1) / 2)
    expect([...data]).toEqual(means.flatMap((mean) => [mean, mean, mean]))
  })

  test('judges samples, and its features of real data are stored', async () => {
    const [real, samples] = [
      builtinDataset('glyphs', { length: 60, seed: 1 }),
      builtinDataset('glyphs', { length: 40 }),
    ]
    const bytes = network([max], ['N', 1, 28, 28], { max: ['N', 1] })
    const features = await onnxFeatures(bytes, real.shape, engine, { name: 'max.onnx' })
    const store = memoryStore()
    const unlabelled = Object.freeze({ ...samples, labels: undefined, classNames: undefined })
    const report = await evaluateSamples(unlabelled, real, engine, { features, store })
    expect(report.features).toEqual({ name: 'max.onnx', dimension: 1 })
    expect((report.comparisons[0] as ImageComparison).frechet.distance).toBeGreaterThanOrEqual(0)
    const never = { ...features, extract: () => Promise.reject(new Error('not stored')) }
    expect((await referenceFeatures(real, never, store)).count).toBe(60)
    await expect(referenceFeatures(take(real, 50), never, store)).rejects.toThrow('not stored')
  })

  test.each([
    ['no ONNX', Uint8Array.of(1, 2, 3, 4)],
    ['nothing', new Uint8Array(0)],
    ['two axes in', network([flatten], ['N', 4], { features: ['N', 4] })],
    ['four channels in', network([flatten], ['N', 4, 2, 2], { features: ['N', 16] })],
    ['one axis out', network([flatten], ['N', 3, 2, 2], { features: ['N'] })],
    ['an unknown width', network([flatten], ['N', 3, 2, 2], { features: ['N', 'M'] })],
    ['another batch out', network([flatten], [2, 3, 2, 2], { features: [1, 24] })],
  ])('is refused: %s', async (_, bytes) => {
    await expect(onnxFeatures(bytes, [3, 2, 2], engine)).rejects.toMatchObject({ code: 'model' })
  })

  test('is refused where the runtime does not know an operator', async () => {
    const bytes = network([{ opType: 'Dream', inputs: ['image'], outputs: ['y'] }], ['N', 1, 2, 2], { y: ['N', 4] })
    const { extract } = await onnxFeatures(bytes, [1, 2, 2], engine)
    await expect(extract(images)).rejects.toMatchObject({ code: 'model' })
  })
})

describe('resizing', () => {
  test('halving averages, doubling mixes a quarter of the neighbour in', () => {
    const half = resizePlanes(Float32Array.of(1, 3, 5, 7), [2, 2], new Float32Array(1), [1, 1])
    expect([...half]).toEqual([4])
    const double = resizePlanes(Float32Array.of(0, 4), [1, 2], new Float32Array(4), [1, 4])
    expect([...double]).toEqual([0, 1, 3, 4])
  })

  test('the same size changes nothing', () => {
    const planes = normal(key(1), new Float32Array(24))
    expect(resizePlanes(planes, [3, 4], new Float32Array(24), [3, 4])).toEqual(planes)
  })
})

test('batches are filled up, and what comes of the filling is dropped', async () => {
  const seen: number[][] = []
  const items = Float32Array.of(1, 2, 3, 4, 5)
  const { double } = await mapBatches(items, 1, 2, async (x) => {
    seen.push([...x])
    return { double: x.map((value) => 2 * value) }
  })
  expect([...double]).toEqual([2, 4, 6, 8, 10])
  expect(seen).toEqual([
    [1, 2],
    [3, 4],
    [5, 0],
  ])
})

test('neighbours are those that comparing all finds, exactly', async () => {
  const set = (count: number, seed: number) =>
    createDataset({
      name: 'vectors',
      kind: 'array',
      shape: [20],
      range: [-1, 1],
      // Far from the origin: what |x|² + |y|² − 2 xy loses is larger than some distances.
      data: normal(key(seed), new Float32Array(count * 20)).map((value) => 500 + 0.05 * value),
    })
  const [queries, dataset] = [set(7, 1), set(1500, 2)]
  dataset.data.set(queries.data.subarray(0, 20), 1203 * 20)
  const { index, distance } = await nearestNeighbours(queries, dataset, 3, engine)
  const [x, y] = [allItems(queries), allItems(dataset)]
  const between = (i: number, j: number): number =>
    Math.hypot(...Array.from({ length: 20 }, (_, k) => x[20 * i + k]! - y[20 * j + k]!))
  for (let i = 0; i < 7; i++) {
    const all = Array.from({ length: 1500 }, (_, j) => ({ j, d: between(i, j) })).sort((a, b) => a.d - b.d)
    expect([...index.subarray(3 * i, 3 * i + 3)]).toEqual(all.slice(0, 3).map(({ j }) => j))
    all.slice(0, 3).forEach(({ d }, rank) => expect(distance[3 * i + rank]).toBeCloseTo(d, 6))
  }
  expect([index[0], distance[0]]).toEqual([1203, 0])
})
