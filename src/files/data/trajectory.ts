/** Trajectories: the states of a system of fields, one after another, on a grid. */
import { TweedieError } from '../../errors.ts'
import { type Affine, itemSize, type SkippedFile } from './dataset.ts'
import type { FieldFacts } from './fields/facts.ts'
import type { PackedArray, PackedRecords, RecordSet } from './records.ts'

/** What trajectories are made of. */
export interface TrajectoryParts extends FieldFacts {
  readonly name: string
  /** Rows and columns of the grid. */
  readonly grid: readonly [rows: number, columns: number]
  /** `[states, variables, rows, columns]`. */
  readonly states: Float32Array
  /** The time of each state, rising. Neighbours that are further apart than `step` belong to different trajectories. */
  readonly times: Float64Array
  readonly skipped?: readonly SkippedFile[] | undefined
  readonly remarks?: readonly string[] | undefined
}

/** Trajectories in memory; the items are states `[variables, rows, columns]`. */
export interface TrajectoryDataset extends TrajectoryParts, RecordSet {
  readonly kind: 'trajectory'
}

/**
 * Checks that the parts of trajectories fit together, and freezes them.
 *
 * @throws TweedieError `data` for sizes that do not fit, times that do not rise, or values that are not finite
 */
export function createTrajectory(parts: TrajectoryParts): TrajectoryDataset {
  const { name, variables, grid, states, times, lat, lon } = parts
  const shape = [variables.length, ...grid]
  const size = itemSize(shape)
  const length = times.length
  const fail = (message: string, hint?: string): never => {
    throw new TweedieError('data', `${name}: ${message}`, hint === undefined ? {} : { hint })
  }
  if (length === 0 || size === 0) fail('there are no states')
  if (states.length !== length * size) {
    fail(`${states.length} values for ${length} states of [${shape.join(', ')}]`)
  }
  if (lat && lat.length !== grid[0]) fail(`${lat.length} latitudes for ${grid[0]} rows`)
  if (lon && lon.length !== grid[1]) fail(`${lon.length} longitudes for ${grid[1]} columns`)
  const early = times.findIndex((time, i) => i > 0 && !(time > times[i - 1]!))
  if (early >= 0) fail(`state ${early} is not later than the one before it`)
  const wrong = states.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) {
    const [state, variable] = [Math.floor(wrong / size), Math.floor((wrong % size) / (grid[0] * grid[1]))]
    fail(`${variables[variable]!.name} is ${states[wrong]} somewhere in state ${state}`, 'fill what is missing first')
  }
  const set: TrajectoryDataset = {
    ...parts,
    kind: 'trajectory',
    shape,
    length,
    select: (indices) => createTrajectory({ ...parts, ...statesAt(parts, indices, size) }) as never,
    packed: () => packedTrajectory(parts),
  }
  return Object.freeze(set)
}

/** The map that gives each variable mean 0 and standard deviation 1 over all states; a constant one is only shifted. */
export function standardisedVariables({ variables, grid, states }: TrajectoryParts): Affine {
  const [count, plane] = [variables.length, grid[0] * grid[1]]
  const each = states.length / count
  const [sum, squares] = [new Float64Array(count), new Float64Array(count)]
  const walk = (visit: (c: number, value: number) => void): void => {
    for (let i = 0; i < states.length; i++) visit(Math.floor(i / plane) % count, states[i]!)
  }
  walk((c, value) => (sum[c]! += value / each))
  walk((c, value) => (squares[c]! += (value - sum[c]!) ** 2 / each))
  return { shift: [...sum], scale: Array.from(squares, (variance) => Math.sqrt(variance) || 1) }
}

/** The trajectories that were packed. */
export function unpackTrajectory({ facts, arrays }: PackedRecords): TrajectoryDataset {
  const { times, states } = arrays as unknown as Pick<TrajectoryParts, 'times' | 'states'>
  return createTrajectory({ ...(facts as unknown as Omit<TrajectoryParts, 'times' | 'states'>), times, states })
}

function packedTrajectory({ states, times, skipped: _, remarks: __, ...facts }: TrajectoryParts): PackedRecords {
  return { facts: { ...facts }, arrays: { states, times } satisfies Record<string, PackedArray> }
}

/** Neighbouring states are a view of the whole; others are copied. */
function statesAt(
  { states, times, name }: TrajectoryParts,
  indices: ArrayLike<number>,
  size: number,
): Pick<TrajectoryParts, 'states' | 'times'> {
  const [first, count] = [indices[0] ?? 0, indices.length]
  const list = Array.from(indices)
  const outside = list.find((i) => !(Number.isInteger(i) && i >= 0 && i < times.length))
  if (outside !== undefined) {
    throw new TweedieError('usage', `state ${outside}: ${name} has the states 0 … ${times.length - 1}`)
  }
  if (list.every((index, i) => index === first + i)) {
    return {
      states: states.subarray(first * size, (first + count) * size),
      times: times.subarray(first, first + count),
    }
  }
  const copy = new Float32Array(count * size)
  list.forEach((index, i) => copy.set(states.subarray(index * size, (index + 1) * size), i * size))
  return { states: copy, times: Float64Array.from(list, (index) => times[index]!) }
}
