/** Losses of training as plots: over steps or time, and by level of noise. */
import type { Mark, Plot } from '../learn/figure.ts'

/** What a line of a log says, of which curves are made. */
export interface LossLine {
  readonly step: number
  readonly loss: number
  readonly seconds: number
  readonly lossByNoise: readonly (number | null)[]
  /** Of held-out items, where they were looked at. */
  readonly heldOut?: number | undefined
}

/** A run in a plot. `series` is its colour, which stays the same whichever others are shown. */
export interface Curve {
  readonly name: string
  readonly series: number
  readonly lines: readonly LossLine[]
}

/** How curves are shown. */
export interface CurveLook {
  /** What goes to the right. */
  readonly over: 'step' | 'seconds'
  readonly log: boolean
  /** The share of the past in a smoothed value, in [0, 1). */
  readonly smooth: number
}

/** What the plot of losses says. */
export interface LossWords {
  readonly loss: string
  heldOut(run: string): string
}

/** More points than a plot has pixels are drawn in vain. */
const mostPoints = 1500

/** The losses of runs over one another; the unsmoothed ones faintly behind, and dashed those of held-out items. */
export function lossPlot(
  curves: readonly Curve[],
  { over, log, smooth }: CurveLook,
  { loss: title, heldOut }: LossWords,
): Plot {
  const marks: Mark[] = []
  let [xMax, low, high] = [1, Infinity, -Infinity]
  for (const { name, series, lines } of curves) {
    const thin = thinned(lines)
    const x = thin.map((line) => line[over])
    const raw = thin.map(({ loss }) => loss)
    const y = smoothed(raw, smooth)
    xMax = Math.max(xMax, ...x.slice(-1))
    const held = lines.filter((line) => line.heldOut !== undefined)
    const yHeld = held.map((line) => line.heldOut!)
    for (const value of [...y, ...yHeld]) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue
      ;[low, high] = [Math.min(low, value), Math.max(high, value)]
    }
    if (smooth > 0) marks.push({ kind: 'line', x, y: raw, ink: { series }, width: 1, opacity: 0.3 })
    marks.push({ kind: 'line', x, y, ink: { series }, label: name })
    const xHeld = held.map((line) => line[over])
    if (held.length > 0)
      marks.push({ kind: 'line', x: xHeld, y: yHeld, ink: { series }, dashed: true, label: heldOut(name) })
  }
  const [min, max] = boundsOf(low, high, log)
  return {
    kind: 'plot',
    title,
    x: { label: over, min: 0, max: xMax },
    y: { label: 'loss', min, max, ...(log && { scale: 'log' }) },
    marks,
  }
}

/** The mean loss in each tenth of the noise levels, as of the last lines; none where nothing was trained with noise. */
export function noisePlots(curves: readonly Curve[], title: string): readonly Plot[] {
  let high = 0
  const marks = curves.flatMap(({ name, series, lines }): Mark[] => {
    const means = byNoise(lines)
    // What is trained without noise has one level, the first.
    if (means.length < 2) return []
    high = Math.max(high, ...means.map(([, y]) => y))
    const [x, y] = [means.map(([x]) => x), means.map(([, y]) => y)]
    return [
      { kind: 'line', x, y, ink: { series }, label: name },
      { kind: 'points', x, y, ink: { series }, radius: 3 },
    ]
  })
  if (marks.length === 0) return []
  const x = { label: 'noise, from faint to strong', min: 0, max: 1 }
  return [{ kind: 'plot', title, x, y: { label: 'loss', min: 0, max: high > 0 ? high * 1.1 : 1 }, marks }]
}

/** Means of the last lines by tenth: [its middle, loss]. */
function byNoise(lines: readonly LossLine[]): (readonly [middle: number, loss: number])[] {
  const last = lines.slice(-10)
  const tenths = last.at(-1)?.lossByNoise.length ?? 0
  return Array.from({ length: tenths }, (_, i) => {
    const known = last.flatMap(({ lossByNoise }) => lossByNoise[i] ?? [])
    return [(i + 0.5) / tenths, known.reduce((sum, loss) => sum + loss / known.length, 0), known.length] as const
  }).flatMap(([middle, loss, known]) => (known > 0 ? [[middle, loss] as const] : []))
}

/** Exponential means that begin unbiased. */
export function smoothed(values: readonly number[], share: number): number[] {
  let [mean, weight] = [0, 0]
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    mean = share * mean + (1 - share) * value
    weight = share * weight + (1 - share)
    return mean / weight
  })
}

function thinned<T>(lines: readonly T[]): readonly T[] {
  const every = Math.ceil(lines.length / mostPoints)
  return every <= 1 ? lines : lines.filter((_, i) => i % every === 0 || i === lines.length - 1)
}

function boundsOf(low: number, high: number, log: boolean): readonly [min: number, max: number] {
  if (!(high >= low)) return log ? [0.1, 1] : [0, 1]
  if (log) return [low / 1.2, Math.max(high * 1.1, low * 2)]
  return [Math.min(0, low), high === low ? high + 1 : high * 1.05]
}
