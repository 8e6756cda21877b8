/** Couplings that bend the plane: a lattice of latents in the plane of the items, and the density. */
import {
  affineTransform,
  type Bijection,
  chain,
  coupling,
  logDensity,
  mixing,
  mlpConditioner,
  splineTransform,
} from '../../../../diffusion/flow/index.ts'
import { input, sizeOf } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { Scope } from '../../../../engine/nn/parameters.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { planeAxes, square } from '../../shared/field.ts'
import { remembered } from '../../shared/remembered.ts'
import { coordinate, evenly, lattice, pause, shown, sumOf } from '../../shared/series.ts'

const conditioner = mlpConditioner({ width: 8, layers: 1, dropout: 0 })
const transforms = { spline: splineTransform({ bins: 6, box: 2.5 }), affine: affineTransform(2) }
export type TransformName = keyof typeof transforms

/** So many couplings, each of the other half, with a rotation before each. */
export function flowOf(name: TransformName, count: number): Bijection {
  const transform = transforms[name]
  return chain(
    Array.from({ length: count }, (_, i) => [
      mixing([2], i),
      coupling([2], { transform, conditioner, maps: i % 2 === 0 ? 'last' : 'first' }),
    ]).flat(),
  )
}

/** Points of the plane through the flow, whose networks’ numbers are normal with this deviation. */
export function through(
  name: TransformName,
  count: number,
  spread: number,
  points: Float64Array,
  way: 'forward' | 'inverse' | 'density',
) {
  const flow = flowOf(name, count)
  const scope = new Scope()
  const x = input('x', [points.length / 2, 2], 'float32')
  const { y, logDet } = way === 'inverse' ? flow.inverse!(scope, x, {}) : flow.forward(scope, x, {})
  const wanted = way === 'density' ? logDensity({ y, logDet }) : y
  const drawn = ({ name, shape }: (typeof scope.specs)[number]) => {
    const deviation = /log_scale|lower|upper/.test(name) ? 0 : spread
    return normal(fold(key(3), name), new Float64Array(sizeOf(shape))).map((value) => deviation * value)
  }
  const feeds = Object.fromEntries(scope.specs.map((spec) => [spec.name, drawn(spec)]))
  const [values, logs] = evaluate([wanted, logDet], { ...feeds, x: points })
  return { values: Float64Array.from(values.data), logDet: Float64Array.from(logs.data) }
}

const extent = square(3)
const cells = 24
const marks = evenly(-2, 2, 7)
const along = evenly(-2.5, 2.5, 26)

const drawnOf = remembered(async (name: TransformName, count: number, spread: number) => {
  /** In parts, for each takes a while. */
  const inParts = async (points: Float64Array, what: 'inverse' | 'density'): Promise<Float64Array> => {
    const found: number[] = []
    for (let from = 0; from < points.length; from += 128) {
      found.push(...through(name, count, spread, points.subarray(from, from + 128), what).values)
      await pause()
    }
    return Float64Array.from(found)
  }
  const ways = [0, 1].map((way) =>
    Float64Array.from(
      [...marks].flatMap((at) => [...along].flatMap((value) => (way === 0 ? [value, at] : [at, value]))),
    ),
  )
  const lines: Float64Array[] = []
  for (const points of ways) lines.push(await inParts(points, 'inverse'))
  return { lines, logs: await inParts(lattice(extent, cells), 'density') }
}, 24)

export const bent = figure({
  id: 'bent',
  title: 'Couplings bend the plane',
  hint: 'From 0, raise the strength: the lattice bends, and the density is high where its lines crowd. An affine coupling stretches whole rows; a spline bends within them.',
  controls: {
    transform: {
      kind: 'choice',
      label: 'T',
      options: [
        { value: 'spline', label: 'spline' },
        { value: 'affine', label: 'affine' },
      ],
      initial: 'spline',
    },
    count: { kind: 'slider', label: 'couplings', min: 1, max: 3, step: 1, initial: 2 },
    spread: { kind: 'slider', label: 'strength of the networks', min: 0, max: 0.8, step: 0.05, initial: 0.45 },
    place: { kind: 'points', label: 'x', initial: [[0.6, 0.4]] },
  },
  play: { control: 'spread', seconds: 6 },
  async show({ transform, count, spread, place }) {
    const { lines, logs } = await drawnOf(transform, count, spread)
    const densities = logs.map(Math.exp)
    const total = sumOf(densities) * (6 / cells) ** 2
    const top = Math.max(...densities)
    const at = through(transform, count, spread, Float64Array.from(place[0]!), 'density')
    const latent = through(transform, count, spread, Float64Array.from(place[0]!), 'forward').values
    const grid = lines.flatMap((points, way) =>
      Array.from(marks, (_, i) => {
        const part = points.subarray(2 * along.length * i, 2 * along.length * (i + 1))
        return { kind: 'line' as const, x: coordinate(part, 0), y: coordinate(part, 1), ink: { series: way }, width: 1 }
      }),
    )
    return {
      views: [
        { kind: 'plot', title: 'a lattice of z, seen at x', ...planeAxes(extent), handles: 'place', marks: grid },
        {
          kind: 'plot',
          title: 'p(x)',
          ...planeAxes(extent),
          handles: 'place',
          marks: [
            {
              kind: 'heat',
              values: densities.map((p) => Math.sqrt(p / top)),
              columns: cells,
              rows: cells,
              range: [0, 1],
              palette: 'density',
            },
          ],
        },
      ],
      numbers: { logDet: at.logDet[0]!, log: at.values[0]!, z1: latent[0]!, z2: latent[1]!, total },
      caption: `x goes to z = (${shown(latent[0]!)}, ${shown(latent[1]!)}) with log |det| = ${shown(at.logDet[0]!)}, so log p(x) = ${shown(at.values[0]!)}. The density sums to ${shown(total)} over the plot.`,
    }
  },
})
