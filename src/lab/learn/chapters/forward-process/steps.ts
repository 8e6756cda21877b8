/** Many small steps against one jump. */
import { forwardStep, transition, vpSchedule } from '../../../../diffusion/noise/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { average, curveOf, normalDensity, say, varianceOf } from '../../shared/curve.ts'
import { histogram, middles } from '../../shared/grid.ts'

const walkers = 600
const shown = 14
const reach = 3.4

export const stepsFigure = figure({
  id: 'steps',
  title: 'Many steps are one jump',
  hint: 'Change the number of steps: the histogram at the end stays on the curve of the jump, for one step as for a hundred.',
  controls: {
    x0: { kind: 'slider', label: 'x₀', min: -2, max: 2, step: 0.1, initial: 1.5 },
    steps: { kind: 'slider', label: 'steps', min: 1, max: 100, step: 1, initial: 20 },
    t: { kind: 'slider', label: 'until t', min: 0.05, max: 1, step: 0.05, initial: 0.5 },
  },
  play: { control: 't', seconds: 6 },
  show({ x0, steps, t }) {
    const schedule = vpSchedule()
    const times = uniformTimes(steps, { from: 0, to: t })
    let x = new Float64Array(walkers).fill(x0)
    const paths = Array.from({ length: shown }, () => Float64Array.of(x0, ...times.slice(1)))
    let product = 1
    for (let k = 1; k < times.length; k++) {
      const z = normal(fold(key('steps'), k), new Float64Array(walkers))
      x = forwardStep(schedule, times[k - 1]!, times[k]!, x, z)
      product *= 1 - transition(schedule, times[k - 1]!, times[k]!).variance
      paths.forEach((path, i) => (path[k] = x[i]!))
    }
    const [mean, variance] = [schedule.alpha(t) * x0, schedule.sigma(t) ** 2]
    const edge = (side: number): Mark => ({
      kind: 'line',
      ...curveOf((u) => schedule.alpha(u) * x0 + side * schedule.sigma(u), 0, t, 60),
      ink: 'exact',
      dashed: side !== 0,
      ...(side !== 0 ? (side > 0 ? { label: 'one deviation of the jump' } : {}) : { label: 'its mean α x₀' }),
    })
    return {
      views: [
        {
          kind: 'plot',
          title: `${shown} of ${walkers} walkers`,
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'x', min: -reach, max: reach },
          marks: [
            ...paths.map((y): Mark => ({ kind: 'line', x: times, y, ink: 'noise', width: 1, opacity: 0.6 })),
            edge(0),
            edge(1),
            edge(-1),
          ],
        },
        {
          kind: 'plot',
          title: 'where all of them are at the end',
          x: { label: 'x', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: Math.max(0.6, 1.25 / Math.sqrt(2 * Math.PI * variance)) },
          marks: [
            {
              kind: 'bars',
              x: middles(-reach, reach, 40),
              y: histogram(x, -reach, reach, 40),
              ink: 'noise',
              label: 'walkers',
            },
            {
              kind: 'line',
              ...curveOf((v) => normalDensity(v, mean, variance), -reach, reach),
              ink: 'exact',
              label: 'q(x | x₀)',
            },
          ],
        },
      ],
      numbers: { x0, alphaBar: product, oneMinus: 1 - product, mean, variance },
      caption:
        `${steps} ${steps === 1 ? 'step' : 'steps'} to t = ${say(t)}: the product of the 1 − β is ${say(product)}. The jump has mean ${say(mean)} and variance ` +
        `${say(variance)}; the walkers have ${say(average(x))} and ${say(varianceOf(x))}.`,
    }
  },
})
