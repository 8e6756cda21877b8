/** The likelihood of a point by the flow: the density at the end of its path, and what the flow spread on the way. */
import { analyticDivergence, mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { odeLikelihood } from '../../../../diffusion/likelihood/index.ts'
import { vpSchedule } from '../../../../diffusion/noise/index.ts'
import { logSnrTimes, rungeKutta, tableaux } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat } from '../../shared/grid.ts'
import { linesInPlane, record } from '../../shared/paths.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'

const reach = 2.6
const schedule = vpSchedule()
const law = analyticDivergence(
  mixtureDenoiser({
    schedule,
    components: [
      { mean: [-1, 0], covariance: 0.3 },
      { mean: [1, 0.5], covariance: [0.4, 0.2] },
    ],
  }),
)
const first = schedule.timeOfLogSnr(8)

export const likelihoodFigure = figure({
  id: 'likelihood',
  title: 'A likelihood along a path',
  hint: 'Drag the point. Outside the data the end of its path lies far out in the noise. Take few steps of the solver and the number goes wrong.',
  controls: {
    steps: { kind: 'slider', label: 'steps of the solver', min: 2, max: 60, step: 1, initial: 24 },
    point: { kind: 'points', label: 'the point', initial: [[0.3, -0.2]] },
  },
  async show({ steps, point }) {
    const x0 = flat(point.slice(0, 1))
    const { logDensity, latent } = await odeLikelihood(law, x0, {
      solver: { name: 'rk4', steps },
      prior: (x, t) => law.logDensity(x, t),
    })
    const times = logSnrTimes(schedule, 40, { from: 1, to: first, final: 'sigma-min' }).toReversed()
    const start = x0.map((value) => value * schedule.alpha(first))
    const path = await record(law, { sampler: rungeKutta(tableaux.rk4), times, x: start })
    const along = Float64Array.from(path.times, (t, i) => law.logDensity(path.states[i]!, t)[0]!)
    const truth = law.logDensity(x0, 0)[0]!
    const end = law.logDensity(latent, 1)[0]!
    const [found, integral] = [logDensity[0]!, logDensity[0]! - end]
    const clip = (value: number) => Math.max(-40, value)
    return {
      views: [
        planePlot(
          reach,
          [
            densityOf(law, 0.05, reach),
            ...linesInPlane(path, { ink: 'model', width: 1.5 }),
            dots(latent, 'noise', { radius: 4, label: 'its latent' }),
          ],
          { handles: 'point', title: 'the way of the point to the noise' },
        ),
        {
          kind: 'plot',
          title: 'log p of where it is',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'nats', min: Math.min(-6, clip(Math.min(...along, truth)) - 1), max: 2 },
          marks: [
            { kind: 'line', x: path.times, y: along.map(clip), ink: 'model', label: 'log pₜ(xₜ)' },
            {
              kind: 'points',
              x: [0],
              y: [clip(found)],
              ink: { series: 3 },
              radius: 4,
              label: `found in ${steps} steps`,
            },
            { kind: 'rule', y: clip(truth), ink: 'exact', dashed: true, label: 'the truth' },
          ],
        },
      ],
      numbers: { found, truth, end, integral, steps },
      caption: `log p of the noise at the end is ${say(end)}, and on the way the flow's divergence adds up to ${say(integral)}: together ${say(found, 5)} nats. The truth is ${say(truth, 5)}.`,
    }
  },
})
