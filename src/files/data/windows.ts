/** Windows of trajectories: some states that follow each other, as one item `[variables, states, rows, columns]`. */
import { TweedieError } from '../../errors.ts'
import type { Affine, ArrayDataset } from './dataset.ts'
import { itemSize } from './dataset.ts'
import { type Frame, toNetwork } from './frame.ts'
import { type CalendarFeatures, calendarFeatures, calendarSize } from './fields/calendar.ts'
import { type FieldFacts, factsOf } from './fields/facts.ts'
import { timeCondition } from './time-condition.ts'
import { standardisedVariables, type TrajectoryDataset } from './trajectory.ts'

/** How trajectories are cut. */
export interface WindowChoice {
  /** States in a window. */
  readonly length: number
  /** States from the beginning of one window to that of the next; default 1. */
  readonly stride?: number | undefined
}

/** Windows that are cut when they are read: only the trajectories lie in memory. */
export interface WindowedData extends ArrayDataset {
  readonly kind: 'fields'
  readonly fields: FieldFacts
  /** What the windows are cut from. */
  readonly trajectory: TrajectoryDataset
  readonly window: Required<WindowChoice>
  /** Which features of time the condition `time` has, if there is one. */
  readonly calendar?: CalendarFeatures | undefined
  /** Writes windows as the network sees them, `[indices.length, ...network]`. */
  load(indices: ArrayLike<number>, frame: Frame, key: unknown, out: Float32Array): void
}

/** The first state of every window; none reaches over a gap in time. */
export function windowStarts(
  { times, step }: Pick<TrajectoryDataset, 'times' | 'step'>,
  { length, stride = 1 }: WindowChoice,
): Int32Array {
  const starts: number[] = []
  for (let first = 0; first < times.length;) {
    let end = first + 1
    while (end < times.length && isNext(times[end - 1]!, times[end]!, step)) end++
    for (let start = first; start + length <= end; start += stride) starts.push(start)
    first = end
  }
  return Int32Array.from(starts)
}

/** Whether one time follows another: a hundredth of a step is rounding. */
export function isNext(before: number, after: number, step: number): boolean {
  return Math.abs(after - before - step) <= 0.01 * step
}

/**
 * Trajectories as windows. The windows overlap and share the memory of the trajectory. Where times are dates, each window has a
 * condition `time`: sine and cosine of the time of day of its first state, and of the time of the year where the data span enough of it.
 *
 * @param affine the map to the network's values; by default each variable is standardised
 * @throws TweedieError `usage` or `data` where no window fits
 */
export function windowsOf(
  data: TrajectoryDataset,
  choice: WindowChoice,
  {
    affine = standardisedVariables(data),
    calendar = calendarOf(data),
  }: {
    readonly affine?: Affine | undefined
    readonly calendar?: CalendarFeatures | undefined
  } = {},
): WindowedData {
  const { name, variables, grid, states, times } = data
  const window = { length: choice.length, stride: choice.stride ?? 1 }
  for (const [what, value] of Object.entries(window)) {
    if (!(Number.isInteger(value) && value > 0)) throw new TweedieError('usage', `\`window\`: ${what} is ${value}`)
  }
  const starts = windowStarts(data, window)
  if (starts.length === 0) {
    throw new TweedieError('data', `${name}: no ${window.length} states follow each other among ${times.length}`, {
      hint: 'a shorter `window`, or more data',
    })
  }
  const plane = grid[0] * grid[1]
  const shape = [variables.length, window.length, ...grid]
  const size = itemSize(shape)
  /** Window `index` in the units of the data, variable by variable. */
  const cut = (index: number, out: Float32Array, map: Affine): void => {
    const start = starts[index]
    if (start === undefined) {
      throw new TweedieError('usage', `item ${index}: ${name} has the items 0 … ${starts.length - 1}`)
    }
    for (let c = 0, at = 0; c < variables.length; c++) {
      const [shift, scale] = [map.shift[c]!, map.scale[c]!]
      for (let t = 0; t < window.length; t++) {
        const from = ((start + t) * variables.length + c) * plane
        for (let i = 0; i < plane; i++, at++) out[at] = (states[from + i]! - shift) / scale
      }
    }
  }
  const identity: Affine = { shift: variables.map(() => 0), scale: variables.map(() => 1) }
  const item = new Float32Array(size)
  const range = rangeOf(states)
  const conditions = calendar && {
    [timeCondition]: joined(
      Array.from(starts, (start) => calendarFeatures(times[start]!, calendar)),
      calendarSize(calendar),
    ),
  }
  return Object.freeze({
    name,
    kind: 'fields' as const,
    shape,
    length: starts.length,
    range,
    affine,
    ...(data.remarks && { remarks: data.remarks }),
    ...(conditions && { conditions }),
    fields: factsOf(data),
    trajectory: data,
    window,
    calendar,
    /** All windows, copied: for what has no use for {@link WindowedData.load}. */
    get data(): Float32Array {
      const all = new Float32Array(starts.length * size)
      for (let i = 0; i < starts.length; i++) cut(i, all.subarray(i * size, (i + 1) * size), identity)
      return all
    },
    load(indices: ArrayLike<number>, frame: Frame, _key: unknown, out: Float32Array) {
      const each = itemSize(frame.network)
      for (let j = 0; j < indices.length; j++) {
        cut(indices[j]!, item, affine)
        toNetwork(frame, item, out.subarray(j * each, (j + 1) * each))
      }
    },
  })
}

/** The features of time that data tell: the time of day where states are less than a day apart, the year where they span half of one. */
export function calendarOf({ dated, step, times }: Pick<TrajectoryDataset, 'dated' | 'step' | 'times'>) {
  if (!dated) return undefined
  const day = step < 86_400
  const year = times.at(-1)! - times[0]! > 180 * 86_400
  return day || year ? { day, year } : undefined
}

function rangeOf(states: Float32Array): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of states) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high > low ? high : low + 1]
}

function joined(rows: readonly (readonly number[])[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width)
  rows.forEach((row, i) => out.set(row, i * width))
  return out
}
