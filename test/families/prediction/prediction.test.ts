/** Predictions from a table: training, the folder, answers, and what they are worth where the law is known. */
import { readerOf } from '../../../src/families/reader-of.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { prepareData } from '../../../src/app/prepare.ts'
import { fold, key, normal, uniform } from '../../../src/engine/random/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import {
  encodeRows,
  encodeTargets,
  encodingOf,
  plainPlaces,
  widthOf,
} from '../../../src/families/prediction/encoding.ts'
import { tableColumns } from '../../../src/families/prediction/columns-as.ts'
import { predictionFamily } from '../../../src/families/prediction/family.ts'
import type { PredictionModel } from '../../../src/families/prediction/model.ts'
import { predictorLayout, predictorOutputs } from '../../../src/families/prediction/predictor.ts'
import { preparePrediction } from '../../../src/families/prediction/prepare.ts'
import type { Setting } from '../../../src/families/family.ts'
import { readTable } from '../../../src/files/data/formats/read-table.ts'
import { namedColumns } from '../../../src/files/data/formats/table-columns.ts'
import { decodeModelFolder } from '../../../src/files/io/decode-model-folder.ts'
import { encodeModelFolder } from '../../../src/files/io/encode-model-folder.ts'
import { trainToEnd } from '../../../src/tools/train/fit.ts'
import { memoryStore } from '../../../src/tools/eval/store.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** y = 2 x + 0.5 ε, and a class by the sign of x. */
function lines(count: number, name: string): string[] {
  const x = uniform(fold(key(1), name), new Float64Array(count))
  const e = normal(fold(key(2), name), new Float64Array(count))
  return Array.from(
    x,
    (u, i) => `${(2 * u - 1).toFixed(4)},${'ab'[i % 2]},${(2 * (2 * u - 1) + 0.5 * e[i]!).toFixed(4)}`,
  )
}

describe('the encoding', () => {
  it('standardises numbers, spreads categories, and flags what is missing', () => {
    const table = readTable(bytes(`x,c,one,y\n1,a,5,1\n3,b,5,2\nNA,a,5,4\n`), {}, { target: 'y', categories: ['c'] })
    const encoding = encodingOf(table)
    expect(encoding.features.map(({ name }) => name)).toEqual(['x', 'c'])
    expect(widthOf(encoding)).toBe(4)
    const { features } = encodeRows(encoding, tableColumns(table), 3)
    expect([...features]).toEqual([-1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0])
    const targets = encodeTargets(encoding, table.columns.at(-1)!)
    expect(targets.reduce((a, b) => a + b)).toBeCloseTo(0, 6)
  })

  it('sees numbers by parts between quantiles, and tells the diffusion each once', () => {
    const table = readTable(bytes('x,c,y\n0,a,1\n1,b,2\n2,a,3\nNA,b,4\n6,a,5\n'), {}, { target: 'y' })
    const encoding = encodingOf(table, 3)
    expect(encoding.features[0]).toMatchObject({ edges: [0, 1, 2, 6] })
    // the number, three parts, missing; two categories
    expect(widthOf(encoding)).toBe(7)
    const { features } = encodeRows(encoding, tableColumns(table), 5)
    const parts = Array.from({ length: 5 }, (_, row) => [...features.subarray(7 * row + 1, 7 * row + 5)])
    expect(parts).toEqual([[-1, -1, -1, 0], [1, -1, -1, 0], [1, 1, -1, 0], [0, 0, 0, 1], [1, 1, 1, 0]]) // prettier-ignore
    expect(plainPlaces(encoding)).toEqual([0, 4, 5, 6])
    const beyond = readTable(bytes('x,c\n4,a\n-9,a\n'), {}, { categories: ['c'] })
    const other = encodeRows(encoding, tableColumns(beyond), 2).features
    expect([...other.subarray(1, 4), ...other.subarray(8, 11)]).toEqual([1, 1, 0, -1, -1, -1])
  })

  it('has no parts of numbers with fewer than three values', () => {
    const table = readTable(bytes('x,z,y\n0,1,1\n5,2,2\n0,3,4\n'), {}, { target: 'y', numbers: ['x'] })
    expect(widthOf(encodingOf(table, 16))).toBe(1 + 3)
  })

  it('says what training did not have', () => {
    const encoding = encodingOf(readTable(bytes('x,c,y\n1,a,1\n3,b,2\n'), {}, { target: 'y', categories: ['c'] }))
    const other = readTable(bytes('x,c\n?,z\n1,a\n'), {}, { numbers: ['x'], categories: ['c'] })
    const { features, remarks } = encodeRows(encoding, tableColumns(other), 2)
    expect([...features]).toEqual([0, 0, 0, -1, 1, 0])
    expect(remarks).toEqual([
      '1 row without x, which training never lacked',
      '1 row whose c training did not have: "z"',
    ])
    expect(() => encodeRows(encoding, tableColumns(readTable(bytes('x\n1\n2\n'))), 2)).toThrow('there is no column c')
  })
})

describe('the predictor', () => {
  it('is silu layers, by hand', () => {
    const config = { inputs: 1, outputs: 1, widths: [1], dropout: 0, classes: false }
    const layout = predictorLayout(config)
    const weights = layout.fromMap(
      new Map(
        layout.specs.map(({ name, shape }, i) => [name, { shape, data: Float32Array.of([2, 1, 3, -1][i]!) }] as const),
      ),
    )
    // silu(2 · 0.5 + 1) = 2 / (1 + e⁻²)
    const [y] = predictorOutputs({ config, layout, weights }, Float32Array.of(0.5))
    expect(y).toBeCloseTo((3 * 2) / (1 + Math.exp(-2)) - 1, 5)
  })
})

/** Trains, and goes through the specification's file, the model's folder and back. */
async function trainedOn(
  data: Awaited<ReturnType<typeof preparePrediction>>,
  options: Readonly<Record<string, unknown>>,
  engine: Engine,
) {
  const spec = await predictionFamily.specOf(data, options, {})
  expect(predictionFamily.parseSpec(JSON.parse(JSON.stringify(spec)), 'spec')).toEqual(spec)
  const task = { spec, purpose: 'test', problem: () => predictionFamily.problem(spec, data, {}) }
  const trained = await trainToEnd(task, 'the test', { engine, threads: 1 })
  const folder = decodeModelFolder(encodeModelFolder(await predictionFamily.write(trained)))
  return { spec, model: (await readerOf(predictionFamily))(folder, {}) }
}

describe('a linear law with Gaussian noise', () => {
  let model: PredictionModel
  let setting: Setting
  const test = lines(60, 'test')

  beforeAll(async () => {
    const engine = await nodeEngine()
    const table = readTable(bytes(`x,c,y\n${lines(400, 'train').join('\n')}\n`), { name: 'line' }, { target: 'y' })
    const inputs = { engine, own: {}, threads: 1 } as const
    const options = { steps: 500, widths: [32], depth: 1, predictorWidths: [16], seed: 0 }
    const data = await preparePrediction(table, { options }, inputs as never)
    const made = await trainedOn(data, options, engine)
    model = made.model
    setting = {
      engine,
      own: {},
      threads: 1,
      store: memoryStore(),
      provenance: {},
      access: { unseen: async () => readTable(bytes(`x,c,y\n${test.join('\n')}\n`), {}, { target: 'y' }) } as never,
    }
    expect(await prepareData(made.spec, data, inputs as never)).toBe(data)
  }, 120_000)

  it('is answered: mean, deviation, interval and density', async () => {
    const table = namedColumns(bytes(`c,x,y\na,0.5,1\nb,-0.5,-1\n`))
    const { columns, samples } = await predictionFamily.can.predict!(model, table, { draws: 200 }, setting)
    const of = (name: string): number[] => columns.find((each) => each.name === `y_${name}`)!.values.map(Number)
    expect(samples.shape).toEqual([2, 200])
    of('mean').forEach((mean, i) => expect(Math.abs(mean - [1, -1][i]!)).toBeLessThan(0.3))
    of('std').forEach((std) => expect(Math.abs(std - 0.5)).toBeLessThan(0.15))
    of('high').forEach((high, i) => expect(Math.abs(high - of('low')[i]! - 2 * 1.645 * 0.5)).toBeLessThan(0.5))
    // of N(y; y, ½²) at its mean
    of('log_density').forEach((each) =>
      expect(Math.abs(each + Math.log(0.5 * Math.sqrt(2 * Math.PI)))).toBeLessThan(0.3),
    )
  })

  it('is judged: no error is far above its floor', async () => {
    const { facts } = await predictionFamily.can.evaluate!(model, { heldOut: 'test', draws: 100 }, setting)
    const figures = facts as Record<string, number>
    expect(figures['rows']).toBe(60)
    expect(figures['rmse']).toBeLessThan(0.7)
    expect(Math.abs(figures['nll']! - (0.5 + Math.log(0.5 * Math.sqrt(2 * Math.PI))))).toBeLessThan(0.35)
    expect(figures['qice']).toBeLessThan(2.5 * figures['qiceFloor']!)
    expect(figures['coverage']).toBeGreaterThan(0.85)
  })

  it('does not depend on what other rows are asked for', async () => {
    const ask = async (text: string) =>
      (await predictionFamily.can.predict!(model, namedColumns(bytes(text)), { draws: 20 }, setting)).columns[0]!.values
    const both = await ask('c,x\na,0.5\nb,-0.5\n')
    const [alone] = await ask('c,x\na,0.5\n')
    expect(Math.abs(Number(alone) - Number(both[0]))).toBeLessThan(1e-4)
  })
})

describe('a law whose deviation is said for each row', () => {
  /** y = x + s(x) ε with s = 0.05 where x is below zero, and 0.5 elsewhere. */
  const rows = (count: number, name: string): string => {
    const x = uniform(fold(key(3), name), new Float64Array(count))
    const e = normal(fold(key(4), name), new Float64Array(count))
    const text = Array.from(x, (u, i) => {
      const at = 2 * u - 1
      return `${at.toFixed(4)},${(at + (at < 0 ? 0.05 : 0.5) * e[i]!).toFixed(5)}`
    })
    return `x,y\n${text.join('\n')}\n`
  }

  it('is refused for classes, which have no deviation', async () => {
    const table = readTable(bytes('x,y\n1,a\n2,b\n3,a\n4,b\n'), {}, { target: 'y' })
    const wanted = { options: { heteroscedastic: true } }
    await expect(preparePrediction(table, wanted, {} as never)).rejects.toThrow('is a class, which has no deviation')
  })

  it('has residuals of one size, and densities of the normal law', async () => {
    const engine = await nodeEngine()
    const inputs = { engine, own: {}, threads: 1 } as const
    const options = { steps: 400, widths: [32], depth: 1, predictorWidths: [32], heteroscedastic: true, seed: 0 }
    const table = readTable(bytes(rows(600, 'train')), { name: 'steps' }, { target: 'y' })
    const data = await preparePrediction(table, { options }, inputs as never)
    // out of fold: the deviation of both halves is 1 nearly, where it is 0.05 and 0.5 times that of the target without
    const half = (below: boolean): number => {
      const own = Array.from(data.data as Float32Array).filter(
        (_, i) => (data.conditions!['row'] as Float32Array)[3 * i]! < 0 === below,
      )
      return Math.sqrt(own.reduce((sum, r) => sum + r * r, 0) / own.length)
    }
    expect(half(true)).toBeGreaterThan(0.8)
    expect(half(true) / half(false)).toBeGreaterThan(0.7)
    expect(half(true) / half(false)).toBeLessThan(1.6)
    const { model } = await trainedOn(data, options, engine)
    expect(model.predictor.config.heteroscedastic).toBe(true)
    const setting = { engine, own: {}, threads: 1, store: memoryStore(), provenance: {} } as object as Setting
    const asked = namedColumns(bytes('x,y\n-0.5,-0.5\n0.5,0.5\n'))
    const { columns } = await predictionFamily.can.predict!(model, asked, { draws: 400 }, setting)
    const of = (name: string): number[] => columns.find((each) => each.name === `y_${name}`)!.values.map(Number)
    ;[0.05, 0.5].forEach((sigma, i) => {
      expect(of('mean')[i]! / [-0.5, 0.5][i]!).toBeCloseTo(1, 0)
      expect(of('std')[i]! / sigma).toBeGreaterThan(0.65)
      expect(of('std')[i]! / sigma).toBeLessThan(1.5)
      // −log of N(y; y, σ²) at its mean
      expect(Math.abs(of('log_density')[i]! + Math.log(sigma * Math.sqrt(2 * Math.PI)))).toBeLessThan(0.45)
    })
  }, 120_000)
})
