/** Arrays by names that people use, and times as files have them. */
import { describe, expect, test } from 'vitest'
import { timeUnits } from '../../../../src/files/data/fields/cf-time.ts'
import { writeNpz } from '../../../../src/files/data/formats/npz.ts'
import { writeNpy } from '../../../../src/files/data/formats/npy.ts'
import type { NdArray } from '../../../../src/files/data/nd-array.ts'
import { openFields } from '../../../../src/files/data/open/open-fields.ts'

const array = (shape: readonly number[], make: (i: number) => number = (i) => i): NdArray => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => make(i)),
})

describe('arrays', () => {
  test('units and dates in names, as in hours_since_2019_03_01', async () => {
    const bytes = writeNpz({
      t2m_centi_celsius: { shape: [3, 2, 2], data: Int16Array.from({ length: 12 }, (_, i) => 100 * i) },
      lat: { shape: [2], data: Float32Array.of(51, 50) },
      lon: { shape: [2], data: Float32Array.of(-1, 0) },
      hours_since_2019_03_01: { shape: [3], data: Int32Array.of(0, 1, 2) },
    })
    const data = await openFields(bytes, { name: 'w.npz' })
    expect(data.variables).toEqual([{ name: 't2m', units: 'degC' }])
    expect([...data.states]).toEqual(Array.from({ length: 12 }, (_, i) => i))
    expect([data.lat, data.lon, data.step, data.dated]).toEqual([[51, 50], [-1, 0], 3600, true])
    expect(data.remarks).toEqual(['t2m_centi_celsius: taken for t2m in 0.01 degC'])
  })
  test('[T, C, H, W] has several variables, [N, T, C, H, W] several trajectories', async () => {
    const two = await openFields(writeNpz({ x: array([3, 2, 2, 2]) }), { name: 'w.npz' })
    expect(two.variables.map(({ name }) => name)).toEqual(['x0', 'x1'])
    expect([...two.states]).toEqual([...array([3, 2, 2, 2]).data])
    const many = await openFields(writeNpy(array([2, 3, 1, 2, 2])), { name: 'w.npy' })
    expect([...many.times]).toEqual([0, 1, 2, 4, 5, 6])
    expect(many.remarks).toContain('2 trajectories')
  })
  test('without times, states are counted, and that is said', async () => {
    const data = await openFields(writeNpy(array([3, 2, 2])), { name: 'w.npy' })
    expect(data).toMatchObject({ dated: false, step: 1 })
    expect(data.remarks).toEqual(['times: there are none: states are counted'])
  })
})

test('counts since a date', () => {
  expect(timeUnits('hours since 1970-01-02 00:00:00.0')).toEqual({ factor: 3600, origin: 86_400 })
  expect(timeUnits('days since 1970-1-1')).toEqual({ factor: 86_400, origin: 0 })
  expect(timeUnits('seconds since 1970-01-01T01:00:00 +01:00')?.origin).toBe(0)
  expect(timeUnits('minutes since 1970-01-01T00:30Z')?.origin).toBe(1800)
  for (const none of ['months since 1970-01-01', 'hours', '', 'K']) expect(timeUnits(none)).toBeUndefined()
})
