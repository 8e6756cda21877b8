/** Observations of fields as a measurement of a trajectory: which numbers of it each one is a mean of. */
import { observation, type Observation } from '../../diffusion/measure/observation.ts'
import type { LinearOperator } from '../../diffusion/measure/operator.ts'
import { sparseOperator, type SparseRow } from '../../diffusion/measure/sparse.ts'
import { TweedieError } from '../../errors.ts'
import type { Affine } from '../../files/data/dataset.ts'
import type { FieldFacts } from '../../files/data/fields/facts.ts'
import type { FieldObservation } from '../../files/data/fields/observations.ts'
import { between, betweenLongitudes, corners } from '../../files/data/fields/on-grid.ts'
import { requireLikely, temperatureUnits, unitShift } from '../../files/data/fields/units.ts'
import type { TrajectoryDataset } from '../../files/data/trajectory.ts'
import type { ObservedPoint } from '../ensemble.ts'

/** The trajectory that is observed. */
export interface ObservedTrajectory {
  readonly fields: FieldFacts
  readonly grid: readonly [rows: number, columns: number]
  /** The time of its first state, and how many there are. */
  readonly start: number
  readonly length: number
  readonly affine: Affine
  /** Of the values of the data. */
  readonly range: readonly [number, number]
}

/** How numbers are taken. */
export interface ObservedOptions {
  /** The standard deviation of their errors, where the table has none. */
  readonly sigma?: number | undefined
  /** Their units, if they are not those of the model. */
  readonly units?: string | undefined
  /** The standard deviation of fields that are given; by default a hundredth of that of the data. */
  readonly givenSigma?: number | undefined
}

/** A measurement of items `[C, L, H, W]` as the network has them, and what it was made of. */
export interface ObservedFields {
  readonly observed: Observation<LinearOperator>
  readonly points: readonly ObservedPoint[]
  /** Observations that were passed over, by the reason. */
  readonly skipped: Readonly<Record<'outside the grid' | 'at other times', number>>
  /** ‖a_k‖² of each row of the measurement. */
  readonly squares: Float64Array
  /** The states that something is known of, rising. */
  readonly states: readonly number[]
  /** Whole states that were given. */
  readonly given: number
}

interface Row extends SparseRow {
  readonly y: number
  readonly sigma: number
}

/**
 * The measurement. Places and times between points are interpolated linearly.
 *
 * @throws TweedieError `usage` where nothing can be used, for unknown variables, for other units, or without a σ
 */
export function observedFields(
  trajectory: ObservedTrajectory,
  {
    observations = [],
    given,
  }: {
    readonly observations?: readonly FieldObservation[] | undefined
    readonly given?: TrajectoryDataset | undefined
  },
  options: ObservedOptions,
): ObservedFields {
  const { fields, grid, length } = trajectory
  const rows: Row[] = []
  const points: ObservedPoint[] = []
  const skipped = { 'outside the grid': 0, 'at other times': 0 }
  const variableOf = variableFinder(fields)
  const shifts = shiftsOf(fields, options.units)
  const perVariable = new Map<number, number[]>()
  for (const each of observations) {
    const c = variableOf(each)
    const place = placeOf(each, trajectory)
    if (!place) {
      skipped['outside the grid']++
      continue
    }
    const state = stateOf(each, trajectory)
    const when = state === undefined ? undefined : between(counted(length), state)
    if (!when) {
      skipped['at other times']++
      continue
    }
    const sigma = each.sigma ?? options.sigma
    if (sigma === undefined) {
      throw new TweedieError('usage', `line ${each.line} has no sigma: how noisy are the observations?`, {
        hint: '`sigma: 0.1`, in their units, or a column sigma',
      })
    }
    const value = each.value + shifts[c]!
    perVariable.set(c, [...(perVariable.get(c) ?? []), value])
    const plane = grid[0] * grid[1]
    const { indices, weights } = corners([
      [when, plane],
      [place.rows, grid[1]],
      [place.columns, 1],
    ])
    const { shift, scale } = scaleOf(trajectory, c)
    rows.push({
      indices: indices.map((index) => index + c * length * plane),
      weights,
      y: (value - shift) / scale,
      sigma: sigma / scale,
    })
    points.push({ state: state!, variable: c, row: place.row, column: place.column, value })
  }
  for (const [c, values] of perVariable) requireLikely(values, fields.variables[c]!, trajectory.range)
  const states = given ? givenRows(trajectory, given, options, rows) : 0
  if (rows.length === 0) throw nothing(observations.length, skipped, given, trajectory)
  const operator = sparseOperator(
    { name: 'observations', from: [fields.variables.length, length, ...grid], to: [rows.length] },
    rows,
  )
  const [y, sigma] = [rows.map((row) => row.y), rows.map((row) => row.sigma)]
  const plane = grid[0] * grid[1]
  const known = new Set(rows.flatMap(({ indices }) => Array.from(indices, (i) => Math.floor(i / plane) % length)))
  return {
    observed: observation(operator, Float64Array.from(y), sigma),
    points,
    skipped,
    squares: Float64Array.from(rows, ({ weights }) => Array.from(weights).reduce((sum, w) => sum + w * w, 0)),
    states: [...known].toSorted((a, b) => a - b),
    given: states,
  }
}

/** What has to be added to observations of each variable: only temperatures are given in other units. */
function shiftsOf({ variables }: FieldFacts, units: string | undefined): readonly number[] {
  if (units === undefined) return variables.map(() => 0)
  const warm = variables.filter((each) => temperatureUnits(each.units) !== undefined)
  if (warm.length === 0) unitShift(units, variables[0]!.units, variables[0]!.name)
  return variables.map((each) => (warm.includes(each) ? unitShift(units, each.units, each.name) : 0))
}

function nothing(
  count: number,
  skipped: ObservedFields['skipped'],
  given: TrajectoryDataset | undefined,
  { grid, fields: { lat, lon }, length }: ObservedTrajectory,
): TweedieError {
  const reasons = Object.entries(skipped).flatMap(([why, many]) => (many > 0 ? [`${many} ${why}`] : []))
  if (count > 0) {
    return new TweedieError('usage', `none of ${count} observations can be used: ${reasons.join(', ')}`, {
      hint: `places: x 0 … ${grid[1] - 1}, y 0 … ${grid[0] - 1}${lat && lon ? `, or lat ${lat[0]} … ${lat.at(-1)}, lon ${lon[0]} … ${lon.at(-1)}` : ''}; \`start\` and \`length\` say which times are wanted, now ${length} states`,
    })
  }
  return new TweedieError('usage', given ? `${given.name} has no state at the wanted times` : 'nothing was observed')
}

const counted = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i)

function scaleOf({ affine }: ObservedTrajectory, c: number): { readonly shift: number; readonly scale: number } {
  const at = affine.shift.length === 1 ? 0 : c
  return { shift: affine.shift[at]!, scale: affine.scale[at]! }
}

/** Which variable an observation is of: by its name, or the only one. */
function variableFinder({ variables }: FieldFacts): (each: FieldObservation) => number {
  return ({ variable, line }) => {
    if (variable === undefined && variables.length === 1) return 0
    const found = variables.findIndex(({ name }) => name === variable)
    if (found >= 0) return found
    const names = variables.map(({ name }) => name).join(', ')
    throw new TweedieError(
      'usage',
      variable === undefined
        ? `the model has the variables ${names}, and observations do not say which`
        : `line ${line}: the model has no variable '${variable}'`,
      { hint: variable === undefined ? 'a column `variable`' : `it has ${names}` },
    )
  }
}

/** The place in rows and columns, and the points around it; undefined outside the grid. */
function placeOf({ place, line }: FieldObservation, { fields, grid }: ObservedTrajectory) {
  const { lat, lon } = fields
  const geographic = 'lat' in place
  if (geographic && !(lat && lon)) {
    throw new TweedieError('usage', `line ${line}: the model knows no latitudes and longitudes`, {
      hint: 'columns x and y: cells of the grid, from 0',
    })
  }
  const rows = geographic ? between(lat!, place.lat) : between(counted(grid[0]), place.row)
  const columns = geographic ? betweenLongitudes(lon!, place.lon) : between(counted(grid[1]), place.column)
  if (!rows || !columns) return undefined
  const centre = ({ indices, weights }: typeof rows): number => indices.reduce((sum, i, k) => sum + i * weights[k]!, 0)
  return { rows, columns, row: centre(rows), column: centre(columns) }
}

/** How many states after the first one; in between, a fraction. */
function stateOf({ time, dated, line }: FieldObservation, { fields, start }: ObservedTrajectory): number {
  if (dated && !fields.dated) {
    throw new TweedieError('usage', `line ${line}: a date, and the data of the model have none`, {
      hint: 'time 0, 1, 2, …: states from the first one',
    })
  }
  return dated ? (time - start) / fields.step : time
}

/** Whole fields as observations of every point. @returns how many states */
function givenRows(
  trajectory: ObservedTrajectory,
  given: TrajectoryDataset,
  { givenSigma }: ObservedOptions,
  rows: Row[],
): number {
  const { fields, grid, length, start } = trajectory
  if (given.grid.join() !== grid.join()) {
    throw new TweedieError('usage', `${given.name} has ${given.grid.join(' × ')} points, the model ${grid.join(' × ')}`)
  }
  if (given.dated !== fields.dated) {
    throw new TweedieError(
      'usage',
      `${given.name}: its times are ${given.dated ? 'dates' : 'counted'}, and the model's are not`,
    )
  }
  const plane = grid[0] * grid[1]
  const known = fields.variables.map(({ name, units }) => {
    const at = given.variables.findIndex((each) => each.name === name || each.name === `${name}_mean`)
    const own = given.variables[at]?.units
    return { at, shift: at < 0 || own === undefined || units === undefined ? 0 : unitShift(own, units, name) }
  })
  if (known.every(({ at }) => at < 0)) {
    throw new TweedieError('usage', `${given.name} has none of the model's variables`, {
      hint: `it has ${given.variables.map(({ name }) => name).join(', ')}; the model ${fields.variables.map(({ name }) => name).join(', ')}`,
    })
  }
  let states = 0
  given.times.forEach((time, i) => {
    const state = Math.round((time - start) / fields.step)
    if (Math.abs((time - start) / fields.step - state) > 0.01 || state < 0 || state >= length) return
    states++
    known.forEach(({ at, shift: toOwn }, c) => {
      if (at < 0) return
      const { shift, scale } = scaleOf(trajectory, c)
      for (let p = 0; p < plane; p++) {
        const value = given.states[(i * given.variables.length + at) * plane + p]! + toOwn
        rows.push({
          indices: [(c * length + state) * plane + p],
          weights: [1],
          y: (value - shift) / scale,
          sigma: givenSigma === undefined ? 0.01 : givenSigma / scale,
        })
      }
    })
  })
  return states
}
