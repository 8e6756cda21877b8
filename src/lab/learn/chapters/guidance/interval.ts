/** Guidance in an interval of times: where it costs variety, and where it does nothing. */
import { type AnalyticDenoiser, mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { guidedAway } from '../../../../diffusion/guidance/index.ts'
import { heun, karrasTimes, sample } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { average, say, spaced } from '../../shared/curve.ts'
import { histogram, middles } from '../../shared/grid.ts'
import { linesOverTime, overTime, record, settled, tube } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'
import { schedule } from './classes.ts'
import { normalised } from './tilted.ts'

const reach = 3
const times = karrasTimes(schedule, 24, { from: 0.995 })
/** The class that is asked for has two kinds, one of them near the other class. */
const kinds = [
  { mean: [0.3], covariance: 0.03 },
  { mean: [1.5], covariance: 0.03 },
]
const one: AnalyticDenoiser = mixtureDenoiser({ schedule, components: kinds })
const everything: AnalyticDenoiser = mixtureDenoiser({
  schedule,
  components: [...kinds, { weight: 2, mean: [-0.9], covariance: 0.06 }],
})
const heat = tube(one, reach, 40, 40)

/** Samples guided between two times. */
const guidedIn = (scale: number, interval: readonly [number, number]): Promise<Float64Array> =>
  settled(sample(guidedAway(one, everything, { scale, interval }), { sampler: heun(), times, x: normalPoints(240) }))

/** The share of the kind that lies near the other class. */
const nearShare = (samples: Float64Array): number => average(samples.map((x) => (x < 0.9 ? 1 : 0)))

export const intervalFigure = figure({
  id: 'interval',
  title: 'When to guide',
  hint: 'The class has two kinds. Guided at all times, nearly everything becomes the one that is less like the other class. Leave out the early times, and the other kind comes back.',
  controls: {
    scale: { kind: 'slider', label: 'scale', min: 1, max: 8, step: 0.5, initial: 4 },
    from: { kind: 'slider', label: 'guide from t =', min: 0, max: 0.9, step: 0.05, initial: 0.1 },
    to: { kind: 'slider', label: 'to t =', min: 0.1, max: 1, step: 0.05, initial: 0.4 },
  },
  play: { control: 'to', seconds: 6 },
  async show({ scale, from, to }) {
    const interval = [Math.min(from, to), to] as const
    const [ours, theirs] = [await guidedIn(scale, interval), await guidedIn(scale, [0, 1])]
    const paths = await record(guidedAway(one, everything, { scale, interval }), {
      sampler: heun(),
      times,
      x: normalPoints(15),
    })
    const x = spaced(-reach, reach, 241)
    const truth = normalised(x, one.logDensity(x, 1e-6))
    const [bars, others] = [histogram(ours, -reach, reach, 60), histogram(theirs, -reach, reach, 60)]
    const top = 1.15 * Math.max(...bars, ...truth.density)
    const [near, always] = [nearShare(ours), nearShare(theirs)]
    return {
      views: [
        overTime('paths, over the density of the class', reach, [
          heat,
          ...linesOverTime(paths, { ink: 'model', width: 1.2, opacity: 0.85 }),
          { kind: 'rule', x: interval[0], ink: 'muted', dashed: true },
          { kind: 'rule', x: interval[1], ink: 'muted', dashed: true },
        ]),
        {
          kind: 'plot',
          title: 'where they end',
          x: { label: 'x', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: top },
          marks: [
            { kind: 'bars', x: middles(-reach, reach, 60), y: bars, ink: 'model', label: 'guided in the interval' },
            {
              kind: 'line',
              x: middles(-reach, reach, 60),
              y: others.map((height) => Math.min(height, top)),
              ink: 'muted',
              label: 'at all times',
            },
            { kind: 'line', x, y: truth.density, ink: 'exact', label: 'the class' },
          ],
        },
      ],
      numbers: { scale, from: interval[0], to: interval[1], near, always },
      caption: `Half of the class is of the near kind. Guided from t = ${say(interval[0])} to ${say(interval[1])}, ${Math.round(100 * near)} % of the samples are; guided at all times, ${Math.round(100 * always)} %.`,
    }
  },
})
