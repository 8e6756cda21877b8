/** Walks between two codes: along a straight line of noise, and along an arc of it. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { ddim, sampleFinal, slerp, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure, type Point } from '../../figure.ts'
import { heatOf, planeAxes, square } from '../../shared/field.ts'
import { coordinate, evenly, shown } from '../../shared/series.ts'

const law = mixtureDenoiser({
  schedule: cosineSchedule(),
  // a ring of codes
  components: Array.from({ length: 10 }, (_, i) => ({
    mean: [1.3 * Math.cos((2 * Math.PI * i) / 10), 1.3 * Math.sin((2 * Math.PI * i) / 10)],
    covariance: 0.05,
  })),
})

const shares = evenly(0, 1, 25)

/** Noise between two points, and the codes that it leads to. */
export async function walk(a: Point, b: Point, way: 'arc' | 'line') {
  const [from, to] = [Float64Array.from(a), Float64Array.from(b)]
  // noise of no length has no direction to turn from
  const turns = way === 'arc' && Math.min(Math.hypot(...a), Math.hypot(...b)) > 1e-9
  const noise = Float64Array.from(
    [...shares].flatMap((u) => (turns ? [...slerp(from, to, u)] : [0, 1].map((i) => (1 - u) * a[i]! + u * b[i]!))),
  )
  const codes = await sampleFinal(law, { sampler: ddim(), times: uniformTimes(30, { from: 0.999 }), x: noise })
  return { noise, codes: Float64Array.from(codes) }
}

export const walkFigure = figure({
  id: 'walk',
  title: 'Walks between codes',
  hint: 'A straight line passes near the origin, where noise hardly ever is, and the codes there are unlikely; an arc keeps its length.',
  controls: {
    ends: {
      kind: 'points',
      label: 'noise of two codes',
      initial: [
        [-1.3, -0.5],
        [1.4, 0.2],
      ],
    },
    way: {
      kind: 'choice',
      label: 'walk',
      options: [
        { value: 'line', label: 'straight' },
        { value: 'arc', label: 'along an arc' },
      ],
      initial: 'arc',
    },
  },
  async show({ ends: [a, b], way }) {
    const { noise, codes } = await walk(a!, b!, way)
    const logs = law.logDensity(codes, 0)
    const shortest = Math.min(...shares.map((_, i) => Math.hypot(noise[2 * i]!, noise[2 * i + 1]!)))
    const extent = square(2.4)
    return {
      views: [
        {
          kind: 'plot',
          title: 'noise',
          ...planeAxes(extent),
          handles: 'ends',
          marks: [
            heatOf((at) => law.logDensity(at, 0.999), extent, 40),
            { kind: 'line', x: coordinate(noise, 0), y: coordinate(noise, 1), ink: 'noise', width: 2 },
            { kind: 'points', x: coordinate(noise, 0), y: coordinate(noise, 1), ink: 'noise', radius: 3 },
          ],
        },
        {
          kind: 'plot',
          title: 'codes',
          ...planeAxes(extent),
          marks: [
            heatOf((at) => law.logDensity(at, 0), extent, 48),
            { kind: 'line', x: coordinate(codes, 0), y: coordinate(codes, 1), ink: 'model', width: 1 },
            { kind: 'points', x: coordinate(codes, 0), y: coordinate(codes, 1), ink: 'model', radius: 3 },
          ],
        },
      ],
      numbers: { shortest, least: Math.min(...logs) },
      caption: `The shortest noise on the way is ${shown(shortest)}, and the least likely code has log p = ${shown(Math.min(...logs))}.`,
    }
  },
})
