/** Assimilation: observations as a measurement, and an ensemble of a small model. */
import { describe, expect, test } from 'vitest'
import { fit } from '../../../src/app/node/fit.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { memoryStore } from '../../../src/tools/eval/store.ts'
import type { Setting } from '../../../src/families/family.ts'
import { assimilate } from '../../../src/families/values/assimilate.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { type ObservedTrajectory, observedFields } from '../../../src/families/values/observed-fields.ts'
import { createTrajectory } from '../../../src/files/data/trajectory.ts'
import type { FieldObservation } from '../../../src/files/data/fields/observations.ts'

const [start, hour] = [Date.UTC(2019, 2, 1) / 1000, 3600]
const fields = {
  variables: [{ name: 'u' }, { name: 't', units: 'degC' }],
  lat: [52, 51, 50],
  lon: [0, 1, 2, 3],
  step: hour,
  dated: true,
}
const trajectory: ObservedTrajectory = {
  fields,
  grid: [3, 4],
  start,
  length: 5,
  affine: { shift: [1, 10], scale: [2, 5] },
  range: [-10, 30],
}
const seen = (parts: Partial<FieldObservation>): FieldObservation => ({
  time: start + 1.5 * hour,
  dated: true,
  place: { lat: 50.25, lon: 1.75 },
  variable: 't',
  value: 12,
  sigma: 0.5,
  line: 2,
  ...parts,
})

describe('observations as a measurement', () => {
  test('of fields that are linear in place and time they are exact', () => {
    const at = (state: number, lat: number, lon: number): number => 3 + 2 * lat - lon + 0.5 * state
    const item = Float64Array.from({ length: 2 * 5 * 12 }, (_, i) => {
      const [c, state, row, column] = [Math.floor(i / 60), Math.floor(i / 12) % 5, Math.floor(i / 4) % 3, i % 4]
      return c === 1 ? at(state, fields.lat[row]!, fields.lon[column]!) : Number.NaN
    }).map((value) => (Number.isNaN(value) ? 1e9 : value))
    const { observed, points } = observedFields(trajectory, { observations: [seen({})] }, {})
    expect(observed.operator.forward(item)[0]).toBeCloseTo(at(1.5, 50.25, 1.75), 9)
    // as the network has it
    expect(observed.y[0]).toBeCloseTo((12 - 10) / 5, 12)
    expect((observed.sigma as number[])[0]).toBeCloseTo(0.1, 12)
    expect(points).toEqual([{ state: 1.5, variable: 1, row: 1.75, column: 1.75, value: 12 }])
  })
  test('what lies outside is counted, and nothing at all is an error', () => {
    const observations = [seen({}), seen({ place: { lat: 53, lon: 1 } }), seen({ time: start + 9 * hour })]
    expect(observedFields(trajectory, { observations }, {}).skipped).toEqual({
      'outside the grid': 1,
      'at other times': 1,
    })
    expect(() => observedFields(trajectory, { observations: observations.slice(1) }, {})).toThrow(
      'none of 2 observations can be used: 1 outside the grid, 1 at other times',
    )
  })
  test('units, variables and errors that are missing', () => {
    const kelvin = [seen({ value: 285 })]
    expect(() => observedFields(trajectory, { observations: kelvin }, {})).toThrow('observations of t are around 285')
    const { observed } = observedFields(trajectory, { observations: kelvin }, { units: 'K' })
    expect(observed.y[0]).toBeCloseTo((285 - 273.15 - 10) / 5, 9)
    expect(() => observedFields(trajectory, { observations: [seen({ variable: 'x' })] }, {})).toThrow("no variable 'x'")
    expect(() => observedFields(trajectory, { observations: [seen({ variable: undefined })] }, {})).toThrow(
      'do not say which',
    )
    expect(() => observedFields(trajectory, { observations: [seen({ sigma: undefined })] }, {})).toThrow('has no sigma')
  })
  test('given fields are every point of their states', () => {
    const given = createTrajectory({
      name: 'given',
      ...fields,
      grid: [3, 4],
      states: Float32Array.from({ length: 48 }, (_, i) => i),
      times: Float64Array.of(start + hour, start + 2 * hour),
    })
    const { observed, given: states } = observedFields(trajectory, { given }, { givenSigma: 0.1 })
    expect([states, observed.y.length]).toEqual([2, 48])
    const item = new Float64Array(120)
    // variable t of the second given state: state 2 of the trajectory
    for (let i = 0; i < 12; i++) item[60 + 24 + i] = (36 + i - 10) / 5
    const values = observed.operator.forward(item)
    const own = [...observed.y].map((value, k) => [value, values[k]!] as const).filter(([, value]) => value !== 0)
    for (const [value, there] of own) expect(there).toBeCloseTo(value, 9)
    expect(own.length).toBeGreaterThan(10)
  })
})

test('an ensemble of a small model: longer than a window, the same for the same seed', async () => {
  const engine = await nodeEngine()
  const length = 12
  const data = createTrajectory({
    name: 'waves',
    variables: [{ name: 'h' }],
    grid: [5, 6],
    states: Float32Array.from({ length: length * 30 }, (_, i) => 4 + Math.sin(i / 7)),
    times: Float64Array.from({ length }, (_, i) => start + i * hour),
    step: hour,
    dated: true,
  })
  const model = await fit<Model>(data, { window: 4, steps: 2, batch: 4, widths: [8], seed: 1, threads: 1 })
  expect(model.meta.data).toMatchObject({ kind: 'fields', shape: [1, 4, 5, 6], fields: { step: hour, dated: true } })
  const observations = [seen({ variable: 'h', value: 4, place: { row: 2, column: 3 }, time: start + hour })]
  const setting = { engine, own: {}, store: memoryStore(), provenance: {}, threads: 1 } as unknown as Setting
  const asked = { count: 2, length: 7, steps: 2, iterations: 1, batch: 2, seed: 3 }
  const ensemble = await assimilate(model, { observations }, { ...asked, start: { time: start, dated: true } }, setting)
  expect([ensemble.values.length, ensemble.times.length, ensemble.grid]).toEqual([2 * 7 * 30, 7, [5, 6]])
  expect(ensemble.values.every(Number.isFinite)).toBe(true)
  expect(ensemble.how).toMatchObject({ from: '2019-03-01T00:00Z', to: '2019-03-01T06:00Z', observations: { used: 1 } })
  const again = await assimilate(
    model,
    { observations },
    { ...asked, count: 1, batch: 3, start: { time: start, dated: true } },
    setting,
  )
  again.values.forEach((value, i) => expect(value).toBeCloseTo(ensemble.values[i]!, 3))
  await expect(assimilate(model, { observations }, { length: 3 }, setting)).rejects.toThrow('`length: 3`')
})
