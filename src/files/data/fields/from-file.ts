/** From the arrays of a file to trajectories: which are fields, where, when, and in which units. */
import { TweedieError } from '../../../errors.ts'
import { suggest } from '../../../suggest.ts'
import { createTrajectory, type TrajectoryDataset } from '../trajectory.ts'
import { type AxisRole, axisRoles } from './axes.ts'
import { type FieldArray, type FieldFile, textOf } from './field-file.ts'
import { fillHoles } from './filled.ts'
import { timesOf } from './times-of.ts'
import { unpacked } from './unpacked.ts'

/** What is read. */
export interface FieldsOptions {
  readonly name: string
  /** The variables, in this order; by default all fields of the file that change in time. */
  readonly variables?: readonly string[] | undefined
}

/**
 * The fields of a file, on the grid and at the times that its coordinates say.
 *
 * @throws TweedieError `data` where there are no fields, or they do not fit together; `usage` for variables that are not there
 */
export function trajectoryOfFile({ arrays, remarks: said }: FieldFile, options: FieldsOptions): TrajectoryDataset {
  const { name } = options
  const roles = axisRoles(arrays)
  const found = arrays.filter((array) => layoutOf(array, roles) !== undefined)
  const chosen = chosenOf(arrays, found, options)
  const first = chosen[0]!
  const layout = layoutOf(first, roles)!
  const [time, rows, columns] = [layout.time, layout.rows, layout.columns]
  const remarks = [...said]
  const plane = layout.grid[0] * layout.grid[1]
  const states = new Float32Array(layout.states * chosen.length * plane)
  chosen.forEach((array, c) => {
    const own = layoutOf(array, roles)!
    if (own.time !== time || own.grid.join() !== layout.grid.join() || own.states !== layout.states) {
      throw new TweedieError(
        'data',
        `${name}: ${array.name} is on another grid, or at other times, than ${first.name}`,
        {
          hint: `\`variables: ${first.name}\` takes one of them`,
        },
      )
    }
    const values = unpacked(array)
    const filled = fillHoles(values, plane, `${name}: ${array.name}`)
    if (filled) {
      const units = textOf(array, 'units')
      remarks.push(
        `${array.name} has no value at ${filled.places} of ${plane} places: they are filled with its mean, ${Number(filled.value.toPrecision(5))}${units && ` ${units}`}`,
      )
    }
    for (let t = 0; t < layout.states; t++) {
      const from = t * plane
      const to = (t * chosen.length + c) * plane
      for (let i = 0; i < plane; i++) states[to + i] = values[from + i]!
    }
  })
  const left = found.filter((array) => !chosen.includes(array))
  if (left.length > 0 && options.variables === undefined) remarks.push(`left out: ${namesOf(left)}`)
  const when = timesOf(
    arrays.find((array) => array.name === time && array.dimensions.length === 1),
    layout.states,
  )
  const axis = (dimension: string, role: AxisRole): readonly number[] | undefined => {
    if (roles.get(dimension) !== role) return undefined
    const coordinate = arrays.find((array) => array.name === dimension && array.dimensions.length === 1)
    if (!coordinate || /^(m|km|metres?|meters?|1)$/i.test(textOf(coordinate, 'units'))) return undefined
    return [...unpacked(coordinate)]
  }
  const [lat, lon] = [axis(rows, 'lat'), axis(columns, 'lon')]
  return createTrajectory({
    name,
    variables: chosen.map((array) => {
      const [units, longName] = [textOf(array, 'units'), textOf(array, 'long_name')]
      return { name: array.name, ...(units && { units }), ...(longName && { longName }) }
    }),
    grid: layout.grid,
    states,
    times: when.times,
    step: when.step,
    dated: when.dated,
    ...(lat && lon && { lat, lon }),
    remarks: [...remarks, ...when.remarks],
  })
}

/** The axes of an array that is a field over time. */
interface Layout {
  readonly time: string
  readonly rows: string
  readonly columns: string
  readonly states: number
  readonly grid: readonly [rows: number, columns: number]
}

/** Time first, then rows and columns; axes of length 1 in between, such as one level, are passed over. */
function layoutOf({ name, dimensions, shape }: FieldArray, roles: ReadonlyMap<string, AxisRole>): Layout | undefined {
  const kept = dimensions
    .map((dimension, axis) => ({ dimension, size: shape[axis]!, role: roles.get(dimension) }))
    .filter(({ size, role }, axis, all) => size > 1 || axis >= all.length - 2 || role === 'time')
  if (kept.length !== 3 || dimensions.includes(name)) return undefined
  const [time, rows, columns] = kept as [(typeof kept)[0], (typeof kept)[0], (typeof kept)[0]]
  if (time.role !== 'time' && time.role !== undefined) return undefined
  if (rows.role === 'time' || columns.role === 'time' || rows.role === 'lon' || columns.role === 'lat') return undefined
  return {
    time: time.dimension,
    rows: rows.dimension,
    columns: columns.dimension,
    states: time.size,
    grid: [rows.size, columns.size],
  }
}

function chosenOf(
  arrays: readonly FieldArray[],
  found: readonly FieldArray[],
  { name, variables }: FieldsOptions,
): readonly FieldArray[] {
  if (found.length === 0) {
    const shapes = arrays.map((array) => `${array.name} [${array.dimensions.join(', ')}]`)
    throw new TweedieError('data', `${name}: no array is a field over time, [time, rows, columns]`, {
      hint: `there are ${shapes.slice(0, 8).join(', ') || 'no arrays of numbers'}; one level of several has to be cut out first`,
    })
  }
  if (variables === undefined) {
    // those that are like the first one; others are left out, and said
    const like = `${found[0]!.dimensions.join()}:${found[0]!.shape.join()}`
    return found.filter(({ dimensions, shape }) => `${dimensions.join()}:${shape.join()}` === like)
  }
  return variables.map((wanted) => {
    const match = found.find((array) => array.name === wanted)
    if (match) return match
    const other = arrays.find((array) => array.name === wanted)
    const near = suggest(
      wanted,
      found.map((array) => array.name),
    )
    throw new TweedieError(
      'usage',
      other
        ? `\`variables\`: ${wanted} is [${other.dimensions.join(', ')}] of ${other.shape.join(' × ')}, and fields are [time, rows, columns]`
        : `\`variables\`: ${name} has no ${wanted}`,
      { hint: near ? `did you mean ${near}?` : `it has ${namesOf(found)}` },
    )
  })
}

const namesOf = (arrays: readonly FieldArray[]): string => arrays.map(({ name }) => name).join(', ')
