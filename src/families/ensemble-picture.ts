/** An ensemble as a picture: maps of mean and spread with the places of observations, and the time series at some of them. */
import { dateText } from '../files/data/fields/calendar.ts'
import { between, corners } from '../files/data/fields/on-grid.ts'
import { blank, type Raster } from '../files/io/raster.ts'
import { extentOf, fieldMaps, type MapRow } from '../files/show/field-maps.ts'
import { type Series, seriesPicture } from '../files/show/series-picture.ts'
import type { Ensemble, ObservedPoint } from './ensemble.ts'

/** The most maps in a row, and time series. */
const most = { maps: 6, series: 3 }

/** Two rows of maps for each variable; below, the members at observed places over time, with what was observed. */
export function ensemblePicture(ensemble: Ensemble): Raster {
  const { mean, spread, times, grid, fields, observed } = ensemble
  const { variables, lat, dated } = fields
  const plane = grid[0] * grid[1]
  const count = Math.min(most.maps, times.length)
  const shown = Array.from({ length: count }, (_, i) => Math.round((i * (times.length - 1)) / Math.max(1, count - 1)))
  const map = (from: Float32Array, state: number, c: number): Float32Array => {
    const at = (state * variables.length + c) * plane
    return from.subarray(at, at + plane)
  }
  const rows = variables.flatMap(({ name }, c): MapRow[] => {
    const row = (from: Float32Array, label: string, fromZero: boolean): MapRow => {
      const maps = shown.map((state) => ({
        values: map(from, state, c),
        title: dated ? dateText(times[state]!).slice(5, 16).replace('T', ' ') : String(times[state]!),
      }))
      const [low, high] = extentOf(maps.flatMap(({ values }) => [...values]))
      return { maps, label, range: fromZero ? [0, high] : [low, high], colours: fromZero ? 'spread' : 'value' }
    }
    return [row(mean, name, false), row(spread, 'spread', true)]
  })
  const dots = [...new Map(observed.map(({ row, column }) => [`${row} ${column}`, [row, column] as const])).values()]
  const maps = fieldMaps(rows, { grid, dots, upward: lat !== undefined && lat[0]! < lat.at(-1)! })
  const series = seriesOf(ensemble)
  if (series.length === 0 || times.length < 2) return maps
  return below(maps, seriesPicture(series, Math.max(maps.width, 240)))
}

/** The members at the places that were observed most often. */
function seriesOf({ members, values, times, grid, fields, observed }: Ensemble): readonly Series[] {
  const places = new Map<string, ObservedPoint[]>()
  for (const point of observed) {
    const key = `${point.variable} ${point.row} ${point.column}`
    places.set(key, [...(places.get(key) ?? []), point])
  }
  const busiest = [...places.values()].toSorted((a, b) => b.length - a.length).slice(0, most.series)
  const [plane, count] = [grid[0] * grid[1], fields.variables.length]
  return busiest.map((points) => {
    const { row, column, variable } = points[0]!
    const axis = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i)
    const { indices, weights } = corners([
      [between(axis(grid[0]), row)!, grid[1]],
      [between(axis(grid[1]), column)!, 1],
    ])
    const at = (member: number, state: number): number => {
      const from = ((member * times.length + state) * count + variable) * plane
      return weights.reduce((sum, weight, k) => sum + weight * values[from + indices[k]!]!, 0)
    }
    return {
      title: `${fields.variables[variable]!.name} at row ${row.toFixed(1)}, column ${column.toFixed(1)}`,
      lines: Array.from({ length: members }, (_, member) => Array.from(times, (_time, state) => at(member, state))),
      dots: points.map(({ state, value }) => [state, value] as const),
    }
  })
}

/** One picture above another. */
function below(above: Raster, under: Raster): Raster {
  const out = blank(Math.max(above.width, under.width), above.height + under.height)
  for (const [raster, top] of [
    [above, 0],
    [under, above.height],
  ] as const) {
    for (let y = 0; y < raster.height; y++) {
      const row = raster.data.subarray(y * raster.width * 3, (y + 1) * raster.width * 3)
      out.data.set(row, (top + y) * out.width * 3)
    }
  }
  return out
}
