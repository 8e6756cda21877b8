/** Between two latents: along the sphere, or straight. */
import { ddim, sampleFinal, slerp, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { say, spaced } from '../../shared/curve.ts'
import { column, flat } from '../../shared/grid.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'
import { law, range, reach } from './round-trip.ts'

const count = 25

export const slerpFigure = figure({
  id: 'slerp',
  title: 'Between two latents',
  hint: 'Drag the two data points: each way between their latents decodes to a way through the data. Raise the dimension on the right: the middle of a straight line is too short by √2.',
  controls: {
    u: { kind: 'slider', label: 'u', min: 0, max: 1, step: 0.02, initial: 0.5 },
    d: { kind: 'slider', label: 'dimensions', min: 2, max: 1024, step: 1, initial: 784 },
    ends: {
      kind: 'points',
      label: 'data',
      initial: [
        [-1.4, 0.2],
        [0.9, 1.1],
      ],
    },
  },
  play: { control: 'u', seconds: 5 },
  async show({ u, d, ends }) {
    const x = flat(ends.slice(0, 2))
    const times = uniformTimes(40, range)
    const latents = await sampleFinal(law, { sampler: ddim(), times: times.toReversed(), x })
    const [a, b] = [Float64Array.from(latents.subarray(0, 2)), Float64Array.from(latents.subarray(2, 4))]
    const steps = spaced(0, 1, count)
    const round = Float64Array.from([...steps].flatMap((each) => [...slerp(a, b, each)]))
    const straight = Float64Array.from(
      [...steps].flatMap((each) => [0, 1].map((i) => (1 - each) * a[i]! + each * b[i]!)),
    )
    const here = slerp(a, b, u)
    const decode = (z: Float64Array) => sampleFinal(law, { sampler: ddim(), times, x: z })
    const [ours, theirs, now] = [await decode(round), await decode(straight), await decode(here)]
    // lengths between two random vectors of d dimensions
    const [p, q] = ['a', 'b'].map((name) => normal(fold(key('slerp'), name), new Float64Array(d))) as [
      Float64Array,
      Float64Array,
    ]
    const length = (values: Float64Array) => Math.hypot(...values) / Math.sqrt(d)
    const along = (each: number) => length(slerp(p, q, each))
    const across = (each: number) => length(p.map((value, i) => (1 - each) * value + each * q[i]!))
    const line = (points: ArrayLike<number>, ink: 'model' | 'muted', label: string) =>
      ({ kind: 'line', x: column(points, 0), y: column(points, 1), ink, width: 2, label }) as const
    const cosine = p.reduce((sum, value, i) => sum + value * q[i]!, 0) / (d * length(p) * length(q))
    return {
      views: [
        planePlot(
          reach,
          [
            densityOf(law, 0.05, reach),
            line(theirs, 'muted', 'decoded from a straight line'),
            line(ours, 'model', 'decoded from the arc'),
            dots(now, { series: 3 }, { radius: 5, label: `u = ${say(u)}` }),
          ],
          { handles: 'ends' },
        ),
        {
          kind: 'plot',
          title: `length/√d in ${d} dimensions`,
          x: { label: 'u', min: 0, max: 1 },
          y: { label: '', min: 0, max: 1.4 },
          marks: [
            { kind: 'line', x: steps, y: steps.map(along), ink: 'model', label: 'along the arc' },
            { kind: 'line', x: steps, y: steps.map(across), ink: 'muted', label: 'straight' },
            { kind: 'rule', x: u, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: {
        u,
        theta: Math.acos(Math.max(-1, Math.min(1, cosine))),
        arc: along(u),
        straight: across(u),
        x: now[0]!,
        y: now[1]!,
      },
      caption: `At u = ${say(u)} the arc has ${say(along(u))} √d of length, the straight line ${say(across(u))} √d; in the plane the arc decodes to (${say(now[0]!)}, ${say(now[1]!)}).`,
    }
  },
})
