/** NetCDF in both formats: what a file says is what is read. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { h5File } from './h5-file.ts'
import { readNetcdf3 } from '../../../../src/files/data/formats/netcdf3.ts'
import { writeNetcdf3 } from '../../../../src/files/data/formats/netcdf3-writer.ts'
import { openFields } from '../../../../src/files/data/open/open-fields.ts'

const [T, H, W] = [4, 3, 2]
const field = Float32Array.from({ length: T * H * W }, (_, i) => i)
const axes = { time: T, lat: H, lon: W }
const hours = { name: 'time', dimensions: ['time'], attributes: { units: 'hours since 2019-03-01' } }
const places = [
  { name: 'lat', dimensions: ['lat'], attributes: { units: 'degrees_north' }, data: Float64Array.of(52, 51, 50) },
  { name: 'lon', dimensions: ['lon'], attributes: { units: 'degrees_east' }, data: Float64Array.of(359, 0) },
]
const file = (extra: Record<string, string | number> = {}, data: Float32Array | Int32Array = field): Uint8Array =>
  writeNetcdf3({
    dimensions: axes,
    variables: [
      { ...hours, data: Float64Array.of(0, 1, 2, 3) },
      ...places,
      { name: 't2m', dimensions: ['time', 'lat', 'lon'], attributes: { units: 'K', ...extra }, data },
    ],
  })

describe('NetCDF-3', () => {
  test('what was written is read by netcdfjs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.float32Array({ minLength: 6, maxLength: 6, noNaN: true }),
        fc.constantFrom('x', 'température', 'a_longer.name'),
        fc.double({ noNaN: true }),
        async (data, name, number) => {
          const bytes = writeNetcdf3({
            dimensions: { a: 2, b: 3 },
            variables: [{ name, dimensions: ['a', 'b'], attributes: { number, text: 'abc' }, data }],
          })
          const [array] = (await readNetcdf3(bytes)).arrays
          expect([array!.shape, array!.dimensions]).toEqual([
            [2, 3],
            ['a', 'b'],
          ])
          expect(array!.attributes).toEqual({ number, text: 'abc' })
          expect(Float32Array.from(array!.read())).toEqual(data)
        },
      ),
      { numRuns: 20 },
    )
  })
  test('fields, where and when they are', async () => {
    const data = await openFields(file(), { name: 'weather.nc' })
    expect(data).toMatchObject({ kind: 'trajectory', shape: [1, H, W], length: T, step: 3600, dated: true })
    expect(data.variables).toEqual([{ name: 't2m', units: 'K' }])
    expect([data.lat, data.lon]).toEqual([
      [52, 51, 50],
      [359, 0],
    ])
    expect(data.times[1]! - data.times[0]!).toBe(3600)
    expect(new Date(data.times[0]! * 1000).toISOString()).toBe('2019-03-01T00:00:00.000Z')
    expect(data.states).toEqual(field)
  })
  test('packed whole numbers are unpacked', async () => {
    const packed = Int32Array.from(field, (value) => value * 4)
    const data = await openFields(file({ scale_factor: 0.25, add_offset: 100 }, packed), { name: 'weather.nc' })
    expect(data.states).toEqual(field.map((value) => value + 100))
  })
  test('places that never have a value are filled and said, gaps in time are refused', async () => {
    const never = field.map((value, i) => (i % (H * W) === 1 ? 1e20 : value))
    const data = await openFields(file({ _FillValue: 1e20 }, never), { name: 'weather.nc' })
    const rest = field.filter((_, i) => i % (H * W) !== 1)
    expect(data.states[1]).toBeCloseTo(rest.reduce((a, b) => a + b, 0) / rest.length, 4)
    expect(data.remarks).toEqual([expect.stringContaining('t2m has no value at 1 of 6 places')])
    const once = field.map((value, i) => (i === 1 ? 1e20 : value))
    await expect(openFields(file({ missing_value: 1e20 }, once), { name: 'weather.nc' })).rejects.toThrow(
      '1 places of the grid have no value at some times',
    )
  })
  test('variables by name; a name that is not there', async () => {
    await expect(openFields(file(), { name: 'weather.nc', variables: ['t2'] })).rejects.toMatchObject({
      code: 'usage',
      hint: 'did you mean t2m?',
    })
    await expect(openFields(file(), { name: 'weather.nc', variables: ['lat'] })).rejects.toThrow('lat is [lat] of 3')
  })
  test('broken files are refused', async () => {
    const bytes = file()
    await expect(openFields(bytes.subarray(0, 60), { name: 'weather.nc' })).rejects.toMatchObject({ code: 'data' })
    await expect(openFields(bytes.subarray(0, bytes.length - 8), { name: 'weather.nc' })).rejects.toThrow('broken')
    await expect(openFields(Uint8Array.of(0x43, 0x44, 0x46, 5), { name: 'a' })).rejects.toThrow('CDF-5')
    expect(() =>
      writeNetcdf3({ dimensions: { a: 2 }, variables: [{ name: 'x', dimensions: ['a'], data: field }] }),
    ).toThrow('24 numbers for [a], 2 in all')
  })
})

describe('NetCDF-4', () => {
  test('dimensions by their scales, a level of length 1, compressed', async () => {
    const bytes = await h5File({ field, shape: [T, 1, H, W] })
    const data = await openFields(bytes, { name: 'weather.nc' })
    expect(data).toMatchObject({ shape: [1, H, W], length: T, step: 3600, lat: [52, 51, 50], lon: [359, 0] })
    expect(data.states).toEqual(field)
    expect(data.variables).toEqual([{ name: 't2m', units: 'K', longName: '2 metre temperature' }])
  })
  test('several levels are refused', async () => {
    const bytes = await h5File({ field, shape: [2, 2, H, W] })
    await expect(openFields(bytes, { name: 'weather.nc' })).rejects.toThrow('no array is a field over time')
  })
})
