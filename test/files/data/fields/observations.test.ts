/** Tables of observations, and places between the points of a grid. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseObservations } from '../../../../src/files/data/fields/observations.ts'
import { between, betweenLongitudes, corners } from '../../../../src/files/data/fields/on-grid.ts'
import { requireLikely, unitShift } from '../../../../src/files/data/fields/units.ts'

const read = (text: string) => parseObservations(new TextEncoder().encode(text), 'stations.csv')

describe('a table', () => {
  test('dates, places, values, errors; rows without a value are passed over', () => {
    const { observations, remarks } = read(
      'time,lat,lon,variable,value,sigma\n2019-03-25T06:00Z,52.5,-1,t2m,7.5,0.1\n2019-03-25 07:00,52.5,-1,t2m,nan,\n2019-03-25 08:00+01:00,52.5,-1,t2m,8,\n',
    )
    const six = Date.UTC(2019, 2, 25, 6) / 1000
    expect(observations).toEqual([
      { time: six, dated: true, place: { lat: 52.5, lon: -1 }, variable: 't2m', value: 7.5, sigma: 0.1, line: 2 },
      {
        time: six + 3600,
        dated: true,
        place: { lat: 52.5, lon: -1 },
        variable: 't2m',
        value: 8,
        sigma: undefined,
        line: 4,
      },
    ])
    expect(remarks).toEqual(['1 rows without a value are passed over'])
  })
  test('counted times and cells of the grid', () => {
    expect(read('t;x;y;value\n3;1.5;0;2\n').observations[0]).toMatchObject({
      time: 3,
      dated: false,
      place: { row: 0, column: 1.5 },
    })
  })
  test('what cannot be read is refused by its line', () => {
    expect(() => read('time,lat,value\n1,2,3\n')).toThrow('no column lat and lon (or x and y)')
    expect(() => read('time,x,y,value\nyesterday,2,3,4\n')).toThrow(
      "line 2: time: 'yesterday' is no date and no number",
    )
    expect(() => read('time,x,y,value,sigma\n1,2,3,4,0\n')).toThrow('line 2: sigma is 0')
    expect(() => read('time,x,y,value\n1,2,3,warm\n')).toThrow("line 2: value: 'warm' is no number")
  })
})

describe('places', () => {
  test('weights reproduce the place, on axes that rise and that fall', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (share, falls) => {
        const axis = falls ? [58, 57.75, 57.5, 57.25] : [-2, -1, 0, 1]
        const at = axis[0]! + share * (axis[3]! - axis[0]!)
        const { indices, weights } = between(axis, at)!
        expect(indices.reduce((sum, i, k) => sum + weights[k]! * axis[i]!, 0)).toBeCloseTo(at, 9)
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
      }),
    )
  })
  test('outside is nowhere; longitudes go round', () => {
    expect(between([0, 1, 2], 2.1)).toBeUndefined()
    expect(between([0, 1, 2], -0.1)).toBeUndefined()
    expect(betweenLongitudes([350, 355], -7.5)).toEqual({ indices: [0, 1], weights: [0.5, 0.5] })
    expect(betweenLongitudes([-10, -5], 352.5)).toEqual({ indices: [0, 1], weights: [0.5, 0.5] })
  })
  test('four corners', () => {
    const half = { indices: [0, 1], weights: [0.5, 0.5] }
    const { indices, weights } = corners([
      [half, 10],
      [{ indices: [3], weights: [1] }, 1],
    ])
    expect([[...indices], [...weights]]).toEqual([
      [3, 13],
      [0.5, 0.5],
    ])
  })
})

describe('units', () => {
  test('kelvin and Celsius are converted, others refused', () => {
    expect([unitShift('K', 'degC', 't'), unitShift('°C', 'K', 't'), unitShift('m', 'm', 'h')]).toEqual([
      -273.15, 273.15, 0,
    ])
    expect(() => unitShift('F', 'K', 't2m')).toThrow('`units: F`: t2m is in K')
  })
  test('values in other units are told apart by their range', () => {
    expect(() => requireLikely([280, 281], { name: 't2m', units: 'degC' }, [-8, 17])).toThrow('around 281')
    try {
      requireLikely([280, 281], { name: 't2m', units: 'degC' }, [-8, 17])
    } catch (error) {
      expect((error as { hint: string }).hint).toContain('they look like kelvin: `units: K`')
    }
    requireLikely([25, 26], { name: 't2m', units: 'degC' }, [-8, 17])
  })
})
