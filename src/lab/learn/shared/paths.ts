/** Paths of samplers, one for each item, as columns to be drawn. */
import type { Denoiser, FloatArray } from '../../../diffusion/denoise/index.ts'
import { sample, type SampleOptions, type SampleStep } from '../../../diffusion/sample/index.ts'
import { sizeOf } from '../../../diffusion/denoise/denoiser.ts'
import type { Mark, Plot } from '../figure.ts'
import { breather } from './breathe.ts'
import { shades } from './grid.ts'

/** What a sampler did with every item. */
export interface Recorded {
  /** The times it passed, the start first. */
  readonly times: Float64Array
  /** The states at these times, each `[batch, ...shape]`. */
  readonly states: readonly Float64Array[]
  /** The posterior means that each step used, `[batch, ...shape]`. */
  readonly means: readonly Float64Array[]
}

/** Samples from given starts and keeps every state, in double precision; others run in between. */
export async function record(
  denoiser: Denoiser,
  options: SampleOptions & { readonly x: Float64Array },
): Promise<Recorded> {
  const [times, states, means] = [[options.times[0]!], [options.x.slice()], [] as Float64Array[]]
  const breathe = breather()
  for await (const { s, x, denoised } of sample(denoiser, options)) {
    times.push(s)
    states.push(Float64Array.from(x))
    means.push(Float64Array.from(denoised))
    await breathe()
  }
  return { times: Float64Array.from(times), states, means }
}

/** The last state of a walk of many steps, `[batch, ...shape]`; others run in between. */
export async function settled(steps: AsyncIterable<SampleStep>): Promise<Float64Array> {
  const breathe = breather()
  let last: FloatArray = new Float64Array(0)
  for await (const { x } of steps) {
    last = x
    await breathe()
  }
  return Float64Array.from(last)
}

/** The path of element `element` of item `item`, over all recorded times. */
export function pathOf({ states }: Pick<Recorded, 'states'>, item: number, element = 0, size = 1): Float64Array {
  return Float64Array.from(states, (state) => state[item * size + element]!)
}

/** Lines of a sampler on the line: time to the right, the state upwards. */
export function linesOverTime(
  recorded: Recorded,
  look: Omit<Extract<Mark, { kind: 'line' }>, 'kind' | 'x' | 'y'>,
): Mark[] {
  const { label, ...rest } = look
  return Array.from(recorded.states[0]!, (_, item): Mark => ({
    kind: 'line',
    x: recorded.times,
    y: pathOf(recorded, item),
    ...rest,
    ...(item === 0 && label !== undefined && { label }),
  }))
}

/** Lines of a sampler in the plane. */
export function linesInPlane(
  recorded: Pick<Recorded, 'states'>,
  look: Omit<Extract<Mark, { kind: 'line' }>, 'kind' | 'x' | 'y'>,
): Mark[] {
  const { label, ...rest } = look
  return Array.from({ length: recorded.states[0]!.length / 2 }, (_, item): Mark => ({
    kind: 'line',
    x: pathOf(recorded, item, 0, 2),
    y: pathOf(recorded, item, 1, 2),
    ...rest,
    ...(item === 0 && label !== undefined && { label }),
  }))
}

/** A density in one dimension whose marginals are known at all times. */
type Marginals = Denoiser & { logDensity(x: Float64Array, t: number): Float64Array }

/** p_t(x) as shades: a column for each time from 0 to 1, each by its own greatest density. */
export function tube(denoiser: Marginals, reach: number, columns = 48, rows = 48): Mark {
  const values = new Float64Array(columns * rows)
  const x = Float64Array.from({ length: rows }, (_, row) => reach - (2 * reach * (row + 0.5)) / rows)
  for (let column = 0; column < columns; column++) {
    const shaded = shades(denoiser.logDensity(x, Math.max(0.01, (column + 0.5) / columns)))
    shaded.forEach((value, row) => (values[row * columns + column] = value))
  }
  return { kind: 'heat', values, columns, rows, range: [0, 2], palette: 'density' }
}

/** A plot of time to the right and a number upwards. */
export function overTime(title: string, reach: number, marks: readonly Mark[]): Plot {
  return {
    kind: 'plot',
    title,
    x: { label: 't', min: 0, max: 1 },
    y: { label: 'x', min: -reach, max: reach },
    marks,
  }
}

/** The number of elements of an item. */
export const itemSize = (denoiser: Denoiser): number => sizeOf(denoiser.shape)
