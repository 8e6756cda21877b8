/** Guidance in an interval of times: where it matters. */
import { guidedAway } from '../../../../diffusion/guidance/index.ts'
import { heun, karrasTimes, sample } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { average, say, spaced, varianceOf } from '../../shared/curve.ts'
import { linesOverTime, overTime, record, settled, tube } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'
import { histogram, middles } from '../../shared/grid.ts'
import { schedule } from './classes.ts'
import { lineClasses, logTilted, normalised } from './tilted.ts'

const reach = 4
const times = karrasTimes(schedule, 24, { from: 0.995 })

export const intervalFigure = figure({
  id: 'interval',
  title: 'When to guide',
  hint: 'Leave out the early times: the samples come back towards the tilted density and keep more of their spread. Leave out the late ones: nothing changes.',
  controls: {
    scale: { kind: 'slider', label: 'scale', min: 1, max: 8, step: 0.5, initial: 4 },
    from: { kind: 'slider', label: 'guide from t =', min: 0, max: 0.9, step: 0.05, initial: 0.1 },
    to: { kind: 'slider', label: 'to t =', min: 0.1, max: 1, step: 0.05, initial: 0.6 },
  },
  play: { control: 'to', seconds: 6 },
  async show({ scale, from, to }) {
    const laws = lineClasses(1.5, 0.3)
    const interval = [Math.min(from, to), to] as const
    const guided = guidedAway(laws.one, laws.everything, { scale, interval })
    const always = guidedAway(laws.one, laws.everything, { scale })
    const run = (denoiser: typeof guided) => settled(sample(denoiser, { sampler: heun(), times, x: normalPoints(240) }))
    const [ours, theirs] = [await run(guided), await run(always)]
    const paths = await record(guided, { sampler: heun(), times, x: normalPoints(13) })
    const x = spaced(-reach, reach, 241)
    const tilted = normalised(x, logTilted(laws, scale, x, 1e-6))
    const [bars, others] = [histogram(ours, -reach, reach, 64), histogram(theirs, -reach, reach, 64)]
    return {
      views: [
        overTime('paths, over the density of the class', 3, [
          tube(laws.one, 3, 40, 40),
          ...linesOverTime(paths, { ink: 'model', width: 1.2, opacity: 0.85 }),
          { kind: 'rule', x: interval[0], ink: 'muted', dashed: true },
          { kind: 'rule', x: interval[1], ink: 'muted', dashed: true },
        ]),
        {
          kind: 'plot',
          title: 'where they end',
          x: { label: 'x', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: 1.15 * Math.max(...bars, ...tilted.density) },
          marks: [
            { kind: 'bars', x: middles(-reach, reach, 64), y: bars, ink: 'model', label: 'guided in the interval' },
            {
              kind: 'line',
              x: middles(-reach, reach, 64),
              y: others.map((height) => Math.min(height, 1.15 * Math.max(...bars, ...tilted.density))),
              ink: 'muted',
              label: 'at all times',
            },
            { kind: 'line', x, y: tilted.density, ink: 'exact', label: 'the tilted density' },
          ],
        },
      ],
      numbers: {
        scale,
        from: interval[0],
        to: interval[1],
        mean: average(ours),
        always: average(theirs),
        tilted: tilted.mean,
        deviation: Math.sqrt(varianceOf(ours)),
        alwaysDeviation: Math.sqrt(varianceOf(theirs)),
      },
      caption:
        `Guided from t = ${say(interval[0])} to ${say(interval[1])} the samples have mean ${say(average(ours))} and deviation ${say(Math.sqrt(varianceOf(ours)))}; ` +
        `at all times ${say(average(theirs))} and ${say(Math.sqrt(varianceOf(theirs)))}. The tilted density has ${say(tilted.mean)} and ${say(tilted.deviation)}.`,
    }
  },
})
