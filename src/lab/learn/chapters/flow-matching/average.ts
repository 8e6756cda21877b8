/** The velocity at a place: the mean over all pairs whose lines pass there. */
import { predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { average, curveOf, say } from '../../shared/curve.ts'
import { histogram, middles } from '../../shared/grid.ts'
import { overTime } from '../../shared/paths.ts'
import { spreadData, spreadNoise } from '../../shared/spread.ts'
import { lawAt, modesAt, reach, schedule } from './pairs.ts'

const pairs = 6000
const window = 0.05

export const averageFigure = figure({
  id: 'average',
  title: 'Regression averages the lines',
  hint: 'Move the place along the lines. In the middle, lines from both modes pass: their mean goes straight on. Near the data one mode wins.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0.1, max: 0.95, step: 0.05, initial: 0.5 },
    x: { kind: 'slider', label: 'x', min: -2, max: 2, step: 0.05, initial: 0.2 },
    apart: { kind: 'slider', label: 'half distance of the modes', min: 0.2, max: 1.8, step: 0.1, initial: 1.2 },
  },
  play: { control: 't', seconds: 6 },
  show({ t, x, apart }) {
    const data = spreadData(modesAt(apart), pairs)
    const noise = new Float64Array(pairs)
    spreadNoise(noise, 0, 0)
    const near: number[] = []
    for (let i = 0; i < pairs; i++) if (Math.abs((1 - t) * data[i]! + t * noise[i]! - x) < window) near.push(i)
    const velocities = near.map((i) => noise[i]! - data[i]!)
    const found = velocities.length > 0 ? average(velocities) : 0
    const law = lawAt(apart)
    const fieldAt = (at: number) => {
      const here = Float64Array.of(at)
      return predictionOfSample('flow', schedule, t, law.denoise(here, t), here)[0]!
    }
    const v = fieldAt(x)
    const lines = near.slice(0, 70).map((i): Mark => ({
      kind: 'line',
      x: [0, 1],
      y: [data[i]!, noise[i]!],
      ink: { series: 3 },
      width: 1,
      opacity: 0.35,
    }))
    const top = 6
    const bars = histogram(velocities, -top, top, 48)
    return {
      views: [
        overTime(`lines through x = ${say(x)} at t = ${say(t)}`, reach, [
          ...lines,
          // the mean line, as far as it stays in the plot
          {
            kind: 'line',
            x: [Math.max(0, t - 0.25), Math.min(1, t + 0.25)],
            y: [x - v * Math.min(t, 0.25), x + v * Math.min(1 - t, 0.25)],
            ink: 'model',
            width: 3,
            label: 'their mean',
          },
          { kind: 'points', x: [t], y: [x], ink: 'model', radius: 5 },
        ]),
        {
          kind: 'plot',
          title: `velocities of ${near.length} lines`,
          x: { label: 'ε − x₀', min: -top, max: top },
          y: { label: 'density', min: 0, max: Math.max(0.5, 1.1 * Math.max(...bars)) },
          marks: [
            { kind: 'bars', x: middles(-top, top, 48), y: bars, ink: { series: 3 } },
            { kind: 'rule', x: v, ink: 'model', label: 'v(x, t)' },
          ],
        },
        {
          kind: 'plot',
          title: `the field at t = ${say(t)}`,
          x: { label: 'x', min: -reach, max: reach },
          y: { label: 'v', min: -top, max: top },
          marks: [
            {
              kind: 'line',
              ...curveOf((at) => Math.max(-top, Math.min(top, fieldAt(at))), -reach, reach),
              ink: 'exact',
              label: 'E[ε − x₀ | x]',
            },
            { kind: 'points', x: [x], y: [Math.max(-top, Math.min(top, v))], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: { t, x, v, found, count: near.length },
      caption: `${near.length} of ${pairs} lines pass within ${window} of x = ${say(x)}. Their mean velocity is ${say(found)}; the field there is ${say(v)}.`,
    }
  },
})
