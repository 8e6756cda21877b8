/** What is seen of a model while it learns: samples, their way from noise, the score; as plots and pictures. */
import type { Mark, Plot, View } from '../../learn/figure.ts'
import { numberText } from '../../draw/ticks.ts'
import { text } from './text.ts'

/** What was drawn from a run at a step. */
export interface Look {
  readonly step: number
  readonly shape: readonly number[]
  /** `[count, ...shape]`, in the units of the data; images in [−1, 1]. */
  readonly samples: Float32Array
  /** Of a model of texts. */
  readonly texts?: readonly string[] | undefined
  /** The way from noise to each sample, of points: the state at each time. */
  readonly frames: readonly Float32Array[]
  readonly field?: Field | undefined
  /** How far the samples are from the data, and two draws of the data from each other. */
  readonly distance?: { readonly samples: number; readonly floor: number } | undefined
}

/** Scores on a grid of places. */
export interface Field {
  readonly time: number
  readonly places: Float32Array
  readonly learned: Float32Array
  readonly exact: Float32Array
}

/** The part of the plane that is shown. */
export interface Bounds {
  readonly x: readonly [min: number, max: number]
  readonly y: readonly [min: number, max: number]
}

/** Places in a row of the grid of a field. */
export const gridSide = 17

/** A square around the data, with room for noise. */
export function boundsOf(items: Float32Array): Bounds {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < items.length; i += 2) {
    ;[x0, x1] = [Math.min(x0, items[i]!), Math.max(x1, items[i]!)]
    ;[y0, y1] = [Math.min(y0, items[i + 1]!), Math.max(y1, items[i + 1]!)]
  }
  const half = Math.max(x1 - x0, y1 - y0, 1e-3) * 0.72
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2]
  return { x: [x - half, x + half], y: [y - half, y + half] }
}

/** The grid of a field. */
export function gridOf({ x, y }: Bounds): Float32Array {
  const places = new Float32Array(gridSide * gridSide * 2)
  for (let i = 0; i < gridSide * gridSide; i++) {
    places[2 * i] = x[0] + (((i % gridSide) + 0.5) / gridSide) * (x[1] - x[0])
    places[2 * i + 1] = y[0] + ((Math.floor(i / gridSide) + 0.5) / gridSide) * (y[1] - y[0])
  }
  return places
}

export type Shows = 'samples' | 'paths' | 'field'

/** The view of points. */
export function pointsView(title: string, { x, y }: Bounds, marks: readonly Mark[]): Plot {
  return {
    kind: 'plot',
    title,
    equal: true,
    x: { label: '', min: x[0], max: x[1], bare: true },
    y: { label: '', min: y[0], max: y[1], bare: true },
    marks,
  }
}

/** What a run is seen as: points in the plane, or pictures. */
export function viewOf(
  name: string,
  look: Look,
  shows: Shows,
  data: Float32Array,
  known: Bounds | undefined,
): View | undefined {
  if (look.shape.length === 3) return picturesOf(name, look)
  if (look.shape.length !== 1 || look.shape[0] !== 2) return undefined
  // The data of a run of another visit may not be open.
  const bounds = known ?? boundsOf(look.samples)
  if (shows === 'field' && look.field) return fieldView(name, look.field, data, bounds)
  if (shows === 'paths' && look.frames.length > 1) return pathsView(name, look, data, bounds)
  return pointsView(text.samples(name), bounds, [
    { ...columns(data), kind: 'points', ink: 'muted', radius: 1.5, opacity: 0.7, label: text.legend.data },
    { ...columns(look.samples), kind: 'points', ink: 'model', radius: 1.7, opacity: 0.85, label: text.legend.model },
  ])
}

/** The view of a data set before anything is learned. */
export function dataView(
  title: string,
  values: Float32Array,
  shape: readonly number[],
  bounds: Bounds | undefined,
): View | undefined {
  if (shape.length === 3) return picturesOf(title, { shape, samples: values }, title)
  if (bounds === undefined) return undefined
  return pointsView(title, bounds, [{ ...columns(values), kind: 'points', ink: 'data', radius: 1.5 }])
}

function picturesOf(
  name: string,
  { shape, samples }: Pick<Look, 'shape' | 'samples'>,
  title = text.samples(name),
): View | undefined {
  const [channels, height, width] = shape as [number, number, number]
  if (channels !== 1 && channels !== 3) return undefined
  const size = channels * height * width
  const count = Math.min(16, samples.length / size)
  return {
    kind: 'pictures',
    title,
    columns: Math.min(8, Math.ceil(Math.sqrt(count * 2))),
    items: Array.from({ length: count }, (_, i) => ({
      shape: [channels, height, width] as const,
      data: samples.subarray(i * size, (i + 1) * size),
    })),
  }
}

function pathsView(name: string, { frames, samples }: Look, data: Float32Array, bounds: Bounds): Plot {
  const [shown, count] = [Math.min(48, samples.length / 2), frames.length]
  const [x, y]: number[][] = [[], []]
  for (let i = 0; i < shown; i++) {
    for (let k = 0; k < count; k++) {
      x!.push(frames[k]![2 * i]!)
      y!.push(frames[k]![2 * i + 1]!)
    }
    // A gap between two paths.
    x!.push(NaN)
    y!.push(NaN)
  }
  const ends = columns(samples.subarray(0, 2 * shown))
  return pointsView(text.trajectories(name), bounds, [
    { ...columns(data), kind: 'points', ink: 'muted', radius: 1.5, opacity: 0.5, label: text.legend.data },
    { kind: 'line', x: x!, y: y!, ink: 'model', width: 1, opacity: 0.7, label: text.legend.paths },
    { ...ends, kind: 'points', ink: 'model', radius: 2.5 },
  ])
}

/** Arrows of both scores, on one scale: the longer ones reach the next place. */
function fieldView(name: string, { time, places, learned, exact }: Field, data: Float32Array, bounds: Bounds): Plot {
  const lengths = Array.from({ length: exact.length / 2 }, (_, i) => Math.hypot(exact[2 * i]!, exact[2 * i + 1]!)).sort(
    (a, b) => a - b,
  )
  const typical = lengths[Math.floor(lengths.length * 0.8)] || 1
  const factor = (bounds.x[1] - bounds.x[0]) / gridSide / typical
  const longest = 1.6 * typical
  const arrows = (values: Float32Array): Pick<Mark & { kind: 'arrows' }, 'x' | 'y' | 'dx' | 'dy'> => {
    const at = columns(places)
    const to = columns(values)
    const size = to.x.map((dx, i) => Math.hypot(dx, to.y[i]!))
    const shorter = size.map((length) => (length > longest ? longest / length : 1) * factor)
    return { ...at, dx: to.x.map((dx, i) => dx * shorter[i]!), dy: to.y.map((dy, i) => dy * shorter[i]!) }
  }
  return pointsView(text.field(name, numberText(time)), bounds, [
    { ...columns(data), kind: 'points', ink: 'muted', radius: 1.5, opacity: 0.4 },
    { ...arrows(exact), kind: 'arrows', ink: 'exact', label: text.legend.exact },
    { ...arrows(learned), kind: 'arrows', ink: 'model', label: text.legend.learned },
  ])
}

/** `[n, 2]` as its columns. */
export function columns(values: Float32Array): { readonly x: Float32Array; readonly y: Float32Array } {
  const [x, y] = [new Float32Array(values.length / 2), new Float32Array(values.length / 2)]
  for (let i = 0; i < x.length; i++) [x[i], y[i]] = [values[2 * i]!, values[2 * i + 1]!]
  return { x, y }
}
