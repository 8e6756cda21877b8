/** A rational-quadratic spline with its knots, and what two couplings of fixed numbers make of the plane and of N(0, I). */
import { chain, coupling, logDensity, mixing, mlpConditioner, splineTransform } from '../../src/diffusion/flow/index.ts'
import { constant, input, sizeOf, type Tensor } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/index.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import { fold, key, normal } from '../../src/engine/random/index.ts'
import { type Extent, lattice, pairs, shades } from '../../src/lab/learn/shared/grid.ts'
import { colors, curve, dots, figure, line, palette, plane, rampTo } from './plot/index.ts'

const extent: Extent = [-3, 3, -3, 3]
const spline = splineTransform({ bins: 6, box: 2 })
const conditioner = mlpConditioner({ width: 8, layers: 1, dropout: 0 })
const flow = chain([
  mixing([2], 0),
  coupling([2], { transform: spline, conditioner }),
  mixing([2], 1),
  coupling([2], { transform: spline, conditioner, maps: 'first' }),
])

export async function normalisingFlow(): Promise<string> {
  const axis = { from: -3, to: 3, ticks: [-2, 0, 2] }
  const widths = [0.2, -0.8, 0.9, -0.6, 0.1, 0.5]
  const heights = [-0.6, 0.3, -0.5, 0.9, 0.3, -0.6]
  const p = [...widths, ...heights, 0.3, -0.6, 0.9, -0.4, 0.2]
  const curves = (x: number) => {
    const { y, logDerivative } = spline.forward(constant([x], [1]), constant(p, [1, p.length]))
    const [value, log] = evaluate([y, logDerivative])
    return [value.data[0]!, Math.exp(log.data[0]!)] as const
  }
  const knots = edgesOf(widths).map((x, i) => [x, edgesOf(heights)[i]!] as const)
  const splines = {
    title: 'a spline and its derivative',
    x: axis,
    y: axis,
    marks: [
      curve((x) => x, -3, 3, { color: colors.grey, dash: '3 3' }),
      curve((x) => curves(x)[1], -3, 3, { color: palette[1]!, width: 1 }),
      curve((x) => curves(x)[0], -3, 3, { color: palette[0]! }),
      dots(knots, { radius: 3 }),
    ],
  }
  // lines of the latents' plane, in the plane of the items
  const marks = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2].flatMap((at) =>
    [0, 1].map((way) => {
      const points = Array.from({ length: 121 }, (_, i) => -2.5 + (5 * i) / 120)
      const z = Float32Array.from(points.flatMap((value) => (way === 0 ? [value, at] : [at, value])))
      return line(pairs(mapped(z, 'inverse')), { color: palette[way]!, width: 1 })
    }),
  )
  const density = {
    title: 'the density p(x)',
    x: axis,
    y: axis,
    marks: [await plane(shades(mapped(Float32Array.from(lattice(extent, 90)), 'density')), 90, rampTo(colors.sky))],
  }
  return figure([splines, { title: 'a lattice of z, seen at x', x: axis, y: axis, marks }, density], {
    size: [185, 185],
  })
}

/** Where bins of these raw sizes end. */
function edgesOf(raw: readonly number[]): number[] {
  const total = raw.reduce((sum, value) => sum + Math.exp(value), 0)
  let at = -2
  return [at, ...raw.map((value) => (at += 4 * (0.001 + (0.994 * Math.exp(value)) / total)))]
}

/** Points of the plane through the flow, whose parameters are drawn by a fixed seed. */
function mapped(points: Float32Array, what: 'inverse' | 'density'): Float64Array {
  const scope = new Scope()
  const x = input('x', [points.length / 2, 2])
  const out: Tensor = what === 'inverse' ? flow.inverse!(scope, x, {}).y : logDensity(flow.forward(scope, x, {}))
  const drawn = ({ name, shape }: (typeof scope.specs)[number]) =>
    normal(fold(key(3), name), new Float64Array(sizeOf(shape))).map((value) => spread(name) * value)
  const feeds = Object.fromEntries(scope.specs.map((spec) => [spec.name, drawn(spec)]))
  return evaluate([out], { ...feeds, x: points })[0].data as Float64Array
}

/** Rotations stay rotations; the networks in the couplings are drawn wide. */
const spread = (name: string): number => (/log_scale|lower|upper/.test(name) ? 0 : 0.45)
