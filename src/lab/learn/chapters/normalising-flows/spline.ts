/** A rational-quadratic spline through knots that are dragged, and the density that it makes of N(0, 1). */
import { splineTransform } from '../../../../diffusion/flow/index.ts'
import { input } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { figure, type Point } from '../../figure.ts'
import { evenly, logNormal, normalCurve, shown } from '../../shared/series.ts'

const [box, least, bins] = [3, 1e-3, 6]
const transform = splineTransform({ bins, box, least })
/** A bin of a knot that was dragged is at least so large. */
const smallest = 0.06

/** Inner knots in order, within the box, and apart from each other. */
export function ordered(points: readonly Point[]): readonly Point[] {
  const axis = (i: 0 | 1) => {
    const values = points.map((point) => Math.min(box, Math.max(-box, point[i]))).toSorted((a, b) => a - b)
    values.forEach((value, k) => {
      const [low, high] = [-box + smallest * (k + 1), box - smallest * (values.length - k)]
      values[k] = Math.min(high, Math.max(low, value, (values[k - 1] ?? -box) + smallest))
    })
    return values
  }
  const [x, y] = [axis(0), axis(1)]
  return x.map((value, k) => [value, y[k]!] as const)
}

/** The numbers that a network would give for a spline through these knots, with slopes between those of the bins. */
export function parametersOf(knots: readonly Point[]): Float64Array {
  const ends: readonly Point[] = [[-box, -box], ...knots, [box, box]]
  const sizes = (i: 0 | 1) => ends.slice(1).map((point, k) => point[i] - ends[k]![i])
  const raw = (values: readonly number[]) =>
    values.map((size) => Math.log((size / (2 * box) - least) / (1 - bins * least)))
  const [w, h] = [sizes(0), sizes(1)]
  const softplusInverse = (value: number) => Math.log(Math.expm1(value))
  const slopes = h.map((height, k) => height / w[k]!)
  const inner = slopes.slice(1).map((slope, k) => Math.max(0.02, Math.sqrt(slope * slopes[k]!)))
  return Float64Array.from([
    ...raw(w),
    ...raw(h),
    ...inner.map((d) => softplusInverse(d - 1e-3) - softplusInverse(1 - 1e-3)),
  ])
}

/** z = f(x) and log f′(x). */
export function mapped(knots: readonly Point[], x: ArrayLike<number>) {
  const p = parametersOf(knots)
  const count = x.length
  const all = Float64Array.from({ length: count * p.length }, (_, i) => p[i % p.length]!)
  const { y, logDerivative } = transform.forward(input('x', [count, 1]), input('p', [count, 1, p.length]))
  const [value, log] = evaluate([y, logDerivative], { x, p: all })
  return { y: Float64Array.from(value.data), logDerivative: Float64Array.from(log.data) }
}

/** The bin of x: its number, ξ within it, its slope, and the derivatives at its ends. */
export function binAt(knots: readonly Point[], x: number) {
  const ends: readonly Point[] = [[-box, -box], ...knots, [box, box]]
  const k = Math.max(
    0,
    Math.min(
      bins - 1,
      ends.findLastIndex(([at]) => at <= x),
    ),
  )
  const [[x0, y0], [x1, y1]] = [ends[k]!, ends[k + 1]!]
  const slopeAt = (knot: number) => Math.exp(mapped(knots, [ends[knot]![0]]).logDerivative[0]!)
  return {
    bin: k + 1,
    xi: (x - x0) / (x1 - x0),
    slope: (y1 - y0) / (x1 - x0),
    d: slopeAt(k),
    e: slopeAt(k + 1),
    y0,
    height: y1 - y0,
  }
}

/** log p(x). */
export function logDensityOf(knots: readonly Point[], x: ArrayLike<number>): Float64Array {
  const { y, logDerivative } = mapped(knots, x)
  return y.map((z, i) => logNormal(z) + logDerivative[i]!)
}

const grid = evenly(-3.5, 3.5, 141)

export const spline = figure({
  id: 'spline',
  title: 'A change of variables',
  hint: 'Drag the knots. Where the spline is steep, much of N(0, 1) is pressed into little room, and the density is high; where it is flat, it is low.',
  controls: {
    knots: {
      kind: 'points',
      label: 'knots',
      initial: [
        [-1.6, -1.4],
        [-0.8, -0.15],
        [0, 0.1],
        [0.9, 0.3],
        [1.6, 1.6],
      ],
    },
    x: { kind: 'slider', label: 'x', min: -3, max: 3, step: 0.05, initial: -1.2 },
  },
  show({ knots, x }) {
    const inner = ordered(knots)
    const { y } = mapped(inner, grid)
    const density = logDensityOf(inner, grid).map(Math.exp)
    const at = mapped(inner, [x])
    const bin = binAt(inner, x)
    const [z, logDet] = [at.y[0]!, at.logDerivative[0]!]
    const log = logNormal(z) + logDet
    return {
      views: [
        {
          kind: 'plot',
          title: 'z = f(x): drag the knots',
          x: { label: 'x', min: -3.5, max: 3.5 },
          y: { label: 'z', min: -3.5, max: 3.5 },
          handles: 'knots',
          marks: [
            { kind: 'line', x: grid, y: grid, ink: 'muted', dashed: true },
            { kind: 'line', x: grid, y, ink: 'model' },
            { kind: 'line', x: [x, x, -3.5], y: [-3.5, z, z], ink: 'muted' },
            { kind: 'points', x: [x], y: [z], ink: 'model', radius: 5 },
          ],
        },
        {
          kind: 'plot',
          title: 'densities',
          x: { label: 'x', min: -3.5, max: 3.5 },
          y: { label: 'density', min: 0, max: Math.max(0.6, ...density) * 1.1 },
          marks: [
            { kind: 'line', x: grid, y: normalCurve(grid), ink: 'noise', dashed: true, label: 'N(0, 1)' },
            { kind: 'area', x: grid, y: density, ink: 'model', label: 'p(x)' },
            { kind: 'points', x: [x], y: [Math.exp(log)], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: {
        x,
        z,
        normal: logNormal(z),
        logDet,
        log,
        bin: bin.bin,
        xi: bin.xi,
        slope: bin.slope,
        d: bin.d,
        e: bin.e,
      },
      caption: `x = ${shown(x)} is mapped to z = ${shown(z)} with slope ${shown(Math.exp(logDet))}, so log p(x) = ${shown(logNormal(z))} ${logDet < 0 ? '−' : '+'} ${shown(Math.abs(logDet))} = ${shown(log)}.`,
    }
  },
})
