/** Observations of fields: a table with a row for each, as numbers. */
import { TweedieError } from '../../../errors.ts'
import { parseTable } from '../formats/table.ts'
import { timeIn } from './time-cell.ts'

/** An observation. */
export interface FieldObservation {
  /** Seconds since 1970-01-01T00:00Z if it was a date, else a number of states from the first one. */
  readonly time: number
  readonly dated: boolean
  /** Degrees, or rows and columns of the grid from 0. */
  readonly place: { readonly lat: number; readonly lon: number } | { readonly row: number; readonly column: number }
  readonly variable?: string | undefined
  readonly value: number
  /** The standard deviation of its error, in the units of the value, if the table has it. */
  readonly sigma?: number | undefined
  /** Of the table, from 1. */
  readonly line: number
}

/** Observations, and what was passed over. */
export interface ReadObservations {
  readonly observations: readonly FieldObservation[]
  readonly remarks: readonly string[]
}

/** Names of columns, the most usual first. */
const columns = {
  time: ['time', 'date', 'datetime', 'valid_time', 't'],
  lat: ['lat', 'latitude'],
  lon: ['lon', 'longitude', 'lng'],
  row: ['y', 'row'],
  column: ['x', 'column', 'col'],
  variable: ['variable', 'var', 'name', 'parameter'],
  value: ['value', 'observation', 'obs', 'y_obs'],
  sigma: ['sigma', 'std', 'error', 'noise', 'stddev'],
} as const

/**
 * Reads a table of observations with named columns: `time` (a date such as 2019-03-25T06:00Z, or a number of states), `lat` and `lon` in
 * degrees or `x` and `y` in cells of the grid, `value`; `variable` where there are several, and `sigma`. Rows without a value are passed over.
 *
 * @throws TweedieError `data` for a missing column, or a cell that cannot be read, by its line
 * @example
 * const { observations } = parseObservations(await readFile('stations.csv'), 'stations.csv')
 */
export function parseObservations(bytes: Uint8Array, name: string): ReadObservations {
  const { rows, remarks: said } = parseTable(bytes, { name })
  const remarks = [...said]
  const [header, ...rest] = rows
  const titles = header?.cells.map((cell) => cell.toLowerCase()) ?? []
  const at = (names: readonly string[]): number | undefined => {
    const found = names.map((each) => titles.indexOf(each)).find((place) => place >= 0)
    return found
  }
  const places = Object.fromEntries(Object.entries(columns).map(([what, names]) => [what, at(names)])) as {
    readonly [What in keyof typeof columns]: number | undefined
  }
  const geographic = places.lat !== undefined && places.lon !== undefined
  const missing = [
    ...(['time', 'value'] as const).filter((what) => places[what] === undefined),
    ...(geographic || (places.row !== undefined && places.column !== undefined) ? [] : ['lat and lon (or x and y)']),
  ]
  if (missing.length > 0) {
    throw new TweedieError('data', `${name}: no column ${missing.join(', ')}`, {
      hint: `the first line names the columns: time,lat,lon,variable,value,sigma; it is ${header?.cells.join(',') ?? 'empty'}`,
    })
  }
  const observations: FieldObservation[] = []
  let empty = 0
  for (const { cells, line } of rest) {
    const value = cells[places.value!]!
    if (value === '' || /^(nan|na|null|none|-)$/i.test(value)) {
      empty++
      continue
    }
    const number = (what: keyof typeof columns): number =>
      numberIn(cells[places[what]!]!, `${name}: line ${line}: ${what}`)
    const when = timeIn(cells[places.time!]!, `${name}: line ${line}: time`)
    const sigma = places.sigma === undefined || cells[places.sigma] === '' ? undefined : number('sigma')
    if (sigma !== undefined && !(sigma > 0)) {
      throw new TweedieError('data', `${name}: line ${line}: sigma is ${sigma}: it must be greater than 0`)
    }
    observations.push({
      ...when,
      place: geographic ? { lat: number('lat'), lon: number('lon') } : { row: number('row'), column: number('column') },
      ...(places.variable !== undefined && { variable: cells[places.variable]! }),
      value: number('value'),
      sigma,
      line,
    })
  }
  if (empty > 0) remarks.push(`${empty} rows without a value are passed over`)
  return { observations, remarks }
}

function numberIn(cell: string, where: string): number {
  const value = cell === '' ? Number.NaN : Number(cell)
  if (Number.isFinite(value)) return value
  throw new TweedieError('data', `${where}: '${cell}' is no number`)
}
