/** A model of fields is judged beside baselines whose errors are known. */
import { beforeAll, expect, test } from 'vitest'
import { fit } from '../../../src/app/node/fit.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Setting } from '../../../src/families/family.ts'
import { judgeFields } from '../../../src/families/values/judge-fields.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { createTrajectory, type TrajectoryDataset } from '../../../src/files/data/trajectory.ts'
import { memoryStore } from '../../../src/tools/eval/store.ts'

const plane = 20
const shape = (i: number): number => Math.sin(i)

/** States of one shape, higher or lower by `swing` in turns. */
const swinging = (length: number, swing: number): TrajectoryDataset =>
  createTrajectory({
    name: 'swing',
    variables: [{ name: 'h', units: 'm' }],
    grid: [4, 5],
    states: Float32Array.from({ length: length * plane }, (_, i) => {
      const even = Math.floor(i / plane) % 2 === 0
      return shape(i % plane) + (even ? swing : -swing)
    }),
    times: Float64Array.from({ length }, (_, i) => i),
    step: 1,
    dated: false,
  })

const asked = { stations: 6, members: 2, steps: 2, iterations: 1, batch: 2, seed: 3, states: 5 }
let model: Model
let setting: (heldOut?: TrajectoryDataset) => Setting

beforeAll(async () => {
  const train = swinging(12, 0)
  model = await fit<Model>(train, { window: 4, steps: 2, batch: 4, widths: [8], seed: 1, threads: 1 })
  const engine = await nodeEngine()
  setting = (heldOut) =>
    ({
      engine,
      own: {},
      store: memoryStore(),
      provenance: {},
      threads: 1,
      access: { data: async () => ({ train, heldOut }) },
    }) as unknown as Setting
})

interface Row {
  readonly rmse: number
  readonly crps: number
  readonly ranks: readonly number[]
  readonly climatology: number
  readonly persistence: number
  readonly interpolation: number
}

test('climatology is off by the swing, the state before by twice that; all values of the truth are ranked', async () => {
  const { facts, text } = await judgeFields(model, asked, setting(swinging(6, 2)))
  expect(facts).toMatchObject({ stations: 6, states: 5, observations: { used: 30 } })
  const [row] = (facts as unknown as { readonly variables: readonly Row[] }).variables
  expect(row!.climatology).toBeCloseTo(2, 5)
  expect(row!.persistence).toBeCloseTo(4, 5)
  // what never varied in training is not corrected by observations
  expect(row!.interpolation).toBeCloseTo(2, 5)
  expect(row!.ranks).toHaveLength(3)
  expect(row!.ranks.reduce((sum, each) => sum + each)).toBeCloseTo(5 * plane, 6)
  expect(row!.rmse).toBeGreaterThan(0)
  expect(row!.crps).toBeGreaterThan(0)
  expect(text).toContain('(6 stations, 5 states)\n  climatology 2, the state before 4, optimal interpolation 2')
})

test('nothing held out, and more stations than points, are errors that say so', async () => {
  await expect(judgeFields(model, asked, setting())).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('no states were held out'),
  })
  await expect(judgeFields(model, { ...asked, stations: 21 }, setting(swinging(6, 2)))).rejects.toThrow(
    '`stations: 21`: the grid has 20 points',
  )
})
