/** Which axis of an array is time, height, latitude, longitude: by the conventions of CF, and by names that people use. */
import { timeUnits } from './cf-time.ts'
import { type FieldArray, textOf } from './field-file.ts'

/** What an axis is. */
export type AxisRole = 'time' | 'lat' | 'lon' | 'level' | 'member'

/** The role of each dimension that a coordinate or a name tells. */
export function axisRoles(arrays: readonly FieldArray[]): ReadonlyMap<string, AxisRole> {
  const roles = new Map<string, AxisRole>()
  const names = new Set(arrays.flatMap(({ dimensions }) => dimensions))
  for (const name of names) {
    const coordinate = arrays.find((each) => each.name === name && each.dimensions.length === 1)
    const role = (coordinate && roleOfCoordinate(coordinate)) ?? roleOfName(name)
    if (role) roles.set(name, role)
  }
  return roles
}

function roleOfCoordinate(coordinate: FieldArray): AxisRole | undefined {
  const units = textOf(coordinate, 'units')
  const standard = textOf(coordinate, 'standard_name')
  const axis = textOf(coordinate, 'axis').toUpperCase()
  if (timeUnits(units) || standard === 'time' || axis === 'T') return 'time'
  if (/^degrees?_?n(orth)?$/i.test(units) || standard === 'latitude') return 'lat'
  if (/^degrees?_?e(ast)?$/i.test(units) || standard === 'longitude') return 'lon'
  if (standard === 'realization') return 'member'
  if (axis === 'Z' || textOf(coordinate, 'positive') !== '') return 'level'
  return axis === 'Y' ? 'lat' : axis === 'X' ? 'lon' : undefined
}

function roleOfName(name: string): AxisRole | undefined {
  if (/^(time|valid_time|date|t)$/i.test(name)) return 'time'
  if (/^(lat|latitude|y|nlat|south_north|rlat)$/i.test(name)) return 'lat'
  if (/^(lon|long|longitude|x|nlon|west_east|rlon)$/i.test(name)) return 'lon'
  if (/^(level|lev|plev|height|depth|z|isobaric\w*|pressure_level)$/i.test(name)) return 'level'
  return /^(member|number|ensemble|realization)$/i.test(name) ? 'member' : undefined
}
