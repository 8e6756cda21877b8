/** Ensembles as files: arrays of numpy or NetCDF-3, and a picture beside them. */
import { extname } from 'node:path'
import type { Ensemble } from '../../families/ensemble.ts'
import { ensemblePicture } from '../../families/ensemble-picture.ts'
import { writeNetcdf3 } from '../../files/data/formats/netcdf3-writer.ts'
import { writeNpz } from '../../files/data/formats/npz.ts'
import type { NdArray } from '../../files/data/nd-array.ts'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import { writeImage } from '../../files/io/node/images.ts'
import { requireNew } from './require-new.ts'

/** Extensions of files that ensembles are written to. */
export const ensembleExtensions = ['.npz', '.nc'] as const

/**
 * Writes an ensemble and its picture, which has the same name.
 *
 * @returns the paths
 */
export async function writeEnsemble(
  path: string,
  ensemble: Ensemble,
  { overwrite, provenance }: { readonly overwrite: boolean; readonly provenance: Readonly<Record<string, unknown>> },
): Promise<readonly string[]> {
  const picture = path.slice(0, path.length - extname(path).length) + '.png'
  await requireNew(picture, ['.png'], overwrite)
  const about = Object.fromEntries(
    Object.entries({ ...provenance, ...ensemble.how }).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  )
  await writeFileAtomic(path, /\.nc$/i.test(path) ? asNetcdf(ensemble, about) : asNpz(ensemble))
  await writeImage(picture, ensemblePicture(ensemble), { overwrite, provenance: about })
  return [path, picture]
}

/** Arrays by variable: all members, their mean, their spread. */
function arraysOf(ensemble: Ensemble) {
  const { members, values, mean, spread, times, grid, fields } = ensemble
  const plane = grid[0] * grid[1]
  const count = fields.variables.length
  const pick = (from: Float32Array, c: number): Float32Array => {
    const out = new Float32Array(from.length / count)
    for (let state = 0; state < out.length / plane; state++) {
      const at = (state * count + c) * plane
      out.set(from.subarray(at, at + plane), state * plane)
    }
    return out
  }
  const states = times.length
  return fields.variables.map((variable, c) => ({
    variable,
    all: { shape: [members, states, ...grid], data: pick(values, c) },
    mean: { shape: [states, ...grid], data: pick(mean, c) },
    spread: { shape: [states, ...grid], data: pick(spread, c) },
  }))
}

/** `t2m` [members, states, rows, columns], `t2m_mean`, `t2m_spread`, and coordinates. */
function asNpz(ensemble: Ensemble): Uint8Array {
  const { times, fields } = ensemble
  const arrays: Record<string, NdArray> = {}
  for (const { variable, all, mean, spread } of arraysOf(ensemble)) {
    Object.assign(arrays, {
      [variable.name]: all,
      [`${variable.name}_mean`]: mean,
      [`${variable.name}_spread`]: spread,
    })
  }
  const { lat, lon, dated } = fields
  if (lat && lon) Object.assign(arrays, { lat: vector(lat), lon: vector(lon) })
  return writeNpz({ ...arrays, [dated ? 'seconds_since_1970_01_01' : 'time']: vector([...times]) })
}

const vector = (values: readonly number[]): NdArray => ({ shape: [values.length], data: Float64Array.from(values) })

function asNetcdf(ensemble: Ensemble, about: Readonly<Record<string, unknown>>): Uint8Array {
  const { members, times, grid, fields } = ensemble
  const { lat, lon, dated } = fields
  const [rows, columns] = lat && lon ? ['lat', 'lon'] : ['y', 'x']
  const attributes = Object.fromEntries(
    Object.entries(about).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
    ),
  )
  return writeNetcdf3({
    dimensions: { member: members, time: times.length, [rows]: grid[0], [columns]: grid[1] },
    attributes: { Conventions: 'CF-1.8', ...attributes },
    variables: [
      {
        name: 'time',
        dimensions: ['time'],
        attributes: dated ? { units: 'seconds since 1970-01-01 00:00:00', calendar: 'standard' } : { units: '1' },
        data: times,
      },
      ...(lat && lon
        ? [
            { name: 'lat', dimensions: ['lat'], attributes: { units: 'degrees_north' }, data: Float64Array.from(lat) },
            { name: 'lon', dimensions: ['lon'], attributes: { units: 'degrees_east' }, data: Float64Array.from(lon) },
          ]
        : []),
      ...arraysOf(ensemble).flatMap(({ variable: { name, units, longName }, all, mean, spread }) => {
        const facts = { ...(units && { units }), ...(longName && { long_name: longName }) }
        return [
          { name, dimensions: ['member', 'time', rows, columns], attributes: facts, data: all.data },
          { name: `${name}_mean`, dimensions: ['time', rows, columns], attributes: facts, data: mean.data },
          { name: `${name}_spread`, dimensions: ['time', rows, columns], attributes: facts, data: spread.data },
        ]
      }),
    ],
  })
}
