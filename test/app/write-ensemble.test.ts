/** Ensembles as files: what is written is read back, by variable, with means, spreads and coordinates. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { writeEnsemble } from '../../src/app/node/write-ensemble.ts'
import { type Ensemble, momentsOf } from '../../src/families/ensemble.ts'
import { readNetcdf3 } from '../../src/files/data/formats/netcdf3.ts'
import { npzNames, parseNpz } from '../../src/files/data/formats/npz.ts'
import { temporaryFolder } from '../cli/tweedie.ts'

const folder = temporaryFolder()
const [members, states, plane] = [2, 3, 4]

/** Number of member m, state s, variable v, place p: m, s, v and p can be read off it. */
const numberOf = (m: number, s: number, v: number, p: number): number => 1000 * m + 100 * s + 10 * v + p
const values = Float32Array.from({ length: members * states * 2 * plane }, (_, i) =>
  numberOf(Math.floor(i / 24), Math.floor(i / 8) % 3, Math.floor(i / 4) % 2, i % 4),
)
const ensemble: Ensemble = {
  members,
  values,
  ...momentsOf(values, members),
  times: Float64Array.of(0, 3600, 7200),
  grid: [2, 2],
  fields: {
    variables: [{ name: 'u' }, { name: 't', units: 'K', longName: 'temperature' }],
    lat: [51, 50],
    lon: [3, 4],
    step: 3600,
    dated: true,
  },
  observed: [{ state: 1, variable: 1, row: 0, column: 1, value: 112 }],
  how: { method: 'mmps', steps: 4, fit: { chi2: 1 } },
  howText: 'mmps',
}

/** All numbers of a variable, `[members, states, rows, columns]`. */
const allOf = (v: number): number[] =>
  Array.from({ length: members * states * plane }, (_, i) =>
    numberOf(Math.floor(i / 12), Math.floor(i / 4) % 3, v, i % 4),
  )
const meanOf = (v: number): number[] =>
  Array.from({ length: states * plane }, (_, i) => 500 + numberOf(0, Math.floor(i / 4), v, i % 4))

const write = (name: string) =>
  writeEnsemble(join(folder, name), ensemble, { overwrite: false, provenance: { tweedie: 'test' } })

describe('an ensemble', () => {
  test('as arrays of numpy, with a picture beside them', async () => {
    const [file, picture] = await write('ensemble.npz')
    expect([file, picture]).toEqual(['ensemble.npz', 'ensemble.png'].map((name) => join(folder, name)))
    const bytes = readFileSync(file!)
    expect(npzNames(bytes).toSorted()).toEqual(
      ['u', 'u_mean', 'u_spread', 't', 't_mean', 't_spread', 'lat', 'lon', 'seconds_since_1970_01_01'].toSorted(),
    )
    const arrays = parseNpz(bytes)
    const array = (name: string) => arrays[name]!
    expect(array('t').shape).toEqual([2, 3, 2, 2])
    expect(Array.from(array('t').data, Number)).toEqual(allOf(1))
    expect(Array.from(array('t_mean').data, Number)).toEqual(meanOf(1))
    for (const each of Array.from(array('u_spread').data, Number)) expect(each).toBeCloseTo(1000 / Math.SQRT2, 3)
    expect(Array.from(array('seconds_since_1970_01_01').data, Number)).toEqual([0, 3600, 7200])
    expect((await sharp(picture!).metadata()).format).toBe('png')
  })

  test('as NetCDF, with units and how it was made', async () => {
    const [file] = await write('other.nc')
    const { arrays } = await readNetcdf3(readFileSync(file!))
    const array = (name: string) => arrays.find((each) => each.name === name)!
    expect(array('t')).toMatchObject({
      dimensions: ['member', 'time', 'lat', 'lon'],
      shape: [2, 3, 2, 2],
      attributes: { units: 'K', long_name: 'temperature' },
    })
    expect(Array.from(array('u').read())).toEqual(allOf(0))
    expect(Array.from(array('u_mean').read())).toEqual(meanOf(0))
    expect(array('time').attributes).toMatchObject({ units: 'seconds since 1970-01-01 00:00:00' })
    expect(Array.from(array('lat').read())).toEqual([51, 50])
  })

  test('is not written over a picture that is there', async () => {
    await expect(write('ensemble.nc')).rejects.toMatchObject({ code: 'exists' })
  })
})
