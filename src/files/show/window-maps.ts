/** Windows of fields as maps: a row for each item and variable, its states side by side. */
import { type DataScale, itemSize } from '../data/dataset.ts'
import type { Raster } from '../io/raster.ts'
import { extentOf, fieldMaps, type MapRow } from './field-maps.ts'

/** The most states in a row. */
const most = 6

/** Maps of items `[n, variables, states, rows, columns]`, or of single states `[n, variables, rows, columns]`, in the units of the data; each variable has one scale. */
export function windowMaps(items: ArrayLike<number>, { shape }: Pick<DataScale, 'shape'>): Raster {
  const variables = shape[0]!
  const states = shape.length === 4 ? shape[1]! : 1
  const [height, width] = shape.slice(-2) as [number, number]
  const [plane, size] = [height * width, itemSize(shape)]
  const values = Float32Array.from(items)
  const count = values.length / size
  const shown = Math.min(most, states)
  const times = Array.from({ length: shown }, (_, i) => Math.round((i * (states - 1)) / Math.max(1, shown - 1)))
  const own = (n: number, c: number, t: number): Float32Array => {
    const from = n * size + (c * states + t) * plane
    return values.subarray(from, from + plane)
  }
  const ranges = Array.from({ length: variables }, (_, c) =>
    extentOf(values.filter((_each, i) => Math.floor((i % size) / (states * plane)) === c)),
  )
  const rows: MapRow[] = []
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < variables; c++) {
      rows.push({ range: ranges[c]!, maps: times.map((t) => ({ values: own(n, c, t), title: `${t}` })) })
    }
  }
  return fieldMaps(rows, { grid: [height, width] })
}
