/** Arrays of npy and npz files as the content of a file of fields: by the names that people give them. */
import type { NdArray } from '../nd-array.ts'
import type { FieldArray, FieldFile } from './field-file.ts'

/**
 * Names of coordinates: `lat`, `latitude`, `lon`, `longitude`, `time`, `hours_since_2019_03_01`; of units behind a variable's name:
 * `t2m_celsius`, `t2m_centi_celsius` (hundredths). Everything of three axes is `[time, rows, columns]`, of four
 * `[time, variables, rows, columns]`, of five `[trajectories, time, variables, rows, columns]`; `names` has the names of the variables.
 */
export function fieldsOfArrays(arrays: Readonly<Record<string, NdArray>>): FieldFile {
  const remarks: string[] = []
  let several: Several | undefined
  const names = Object.entries(arrays).find(([name]) => isNames(name))?.[1]
  const coordinates = Object.entries(arrays).flatMap(([name, array]) => {
    const found = coordinateOf(name, array)
    return found ? [found] : []
  })
  const dimension = (role: string, length: number): string =>
    coordinates.find((each) => each.dimensions[0] === role && each.shape[0] === length) ? role : `${role} `
  const fields = Object.entries(arrays).flatMap(([name, array]): FieldArray[] => {
    const { shape, data } = array
    if (shape.length < 3 || shape.length > 5) return []
    const units = unitsOf(name)
    if (units.text !== undefined)
      remarks.push(`${name}: taken for ${units.name} in ${units.factor === 1 ? '' : `${units.factor} `}${units.text}`)
    else if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      remarks.push(`${name}: whole numbers, taken as they are: an array says no units`)
    }
    const [trajectories, length, variables, rows, columns] = fiveAxes(shape)
    const states = trajectories * length
    const plane = rows * columns
    if (trajectories > 1) several = { trajectories, length }
    const time = trajectories > 1 ? 'time' : dimension('time', states)
    const dimensions = [time, dimension('lat', rows), dimension('lon', columns)]
    return Array.from({ length: variables }, (_, c) => ({
      name: variables === 1 ? units.name : (wordOf(names, c) ?? `${units.name}${c}`),
      dimensions,
      shape: [states, rows, columns],
      attributes: { scale_factor: units.factor, ...(units.text !== undefined && { units: units.text }) },
      read: () => {
        const out = new Float64Array(states * plane)
        for (let t = 0; t < states; t++) {
          for (let i = 0; i < plane; i++) out[t * plane + i] = Number(data[(t * variables + c) * plane + i]!)
        }
        return out
      },
    }))
  })
  const times = several ? [countedTimes(several)] : []
  return { arrays: [...coordinates.filter(({ name }) => !several || name !== 'time'), ...times, ...fields], remarks }
}

function fiveAxes(shape: readonly number[]): [number, number, number, number, number] {
  const [first, second, third, ...rest] = shape as [number, number, number, ...number[]]
  if (shape.length === 3) return [1, first, 1, second, third]
  return (shape.length === 4 ? [1, ...shape] : [first, second, third, ...rest]) as never
}

/** Steps, with one left out between trajectories. */
function countedTimes({ trajectories, length }: Several): FieldArray {
  const values = Float64Array.from({ length: trajectories * length }, (_, i) => i + Math.floor(i / length))
  return {
    name: 'time',
    dimensions: ['time'],
    shape: [values.length],
    attributes: { units: 'steps' },
    read: () => values,
  }
}

/** Trajectories of one length. */
interface Several {
  readonly trajectories: number
  readonly length: number
}

/** Whether names of arrays are those of fields: with latitudes and longitudes. */
export function areFieldNames(names: readonly string[]): boolean {
  return names.some((name) => latitude.test(name)) && names.some((name) => longitude.test(name))
}

/** Whether an array has the names of variables. */
export function isNames(name: string): boolean {
  return /^(names|variables|channels)$/i.test(name)
}

const latitude = /^(lat|lats|latitude|latitudes)$/i
const longitude = /^(lon|lons|longitude|longitudes)$/i

function coordinateOf(name: string, { shape, data }: NdArray): FieldArray | undefined {
  if (shape.length !== 1) return undefined
  const make = (role: string, units: string): FieldArray => ({
    name: role,
    dimensions: [role],
    shape,
    attributes: { units },
    read: () => Float64Array.from(data as ArrayLike<number | bigint>, Number),
  })
  if (latitude.test(name)) return make('lat', 'degrees_north')
  if (longitude.test(name)) return make('lon', 'degrees_east')
  const [, unit, year, month, day] = /^(seconds|minutes|hours|days)_since_(\d{4})_(\d\d)_(\d\d)$/i.exec(name) ?? []
  if (unit !== undefined) return make('time', `${unit} since ${year}-${month}-${day}`)
  return /^(time|times|t)$/i.test(name) ? make('time', '') : undefined
}

const prefixes: Readonly<Record<string, number>> = { centi: 0.01, deci: 0.1, milli: 0.001, hecto: 100, kilo: 1000 }
const unitTexts: Readonly<Record<string, string>> = {
  celsius: 'degC',
  degc: 'degC',
  kelvin: 'K',
  pascal: 'Pa',
  metres: 'm',
  meters: 'm',
}

/** `t2m_centi_celsius` → t2m, in hundredths of a degree. */
function unitsOf(name: string): { readonly name: string; readonly factor: number; readonly text?: string } {
  const [, bare, prefix, unit] =
    /^(.+?)_(?:(centi|deci|milli|hecto|kilo)_?)?(celsius|degc|kelvin|pascal|metres|meters)$/i.exec(name) ?? []
  if (bare === undefined) return { name, factor: 1 }
  return { name: bare, factor: prefix ? prefixes[prefix.toLowerCase()]! : 1, text: unitTexts[unit!.toLowerCase()]! }
}

function wordOf(names: NdArray | undefined, c: number): string | undefined {
  const place = names?.data[c]
  return place === undefined ? undefined : names?.names?.[Number(place)]
}
