/** The valley between two modes: how long it takes to cross, and that the score does not know the weights. */
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { figure } from '../../figure.ts'
import { say, spaced } from '../../shared/curve.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'

const reach = 6
const t = timeOfSigma(0.05)
const law = (apart: number, left: number) =>
  mixtureDenoiser({
    schedule: levels,
    components: [
      { weight: left, mean: [-apart / 2], covariance: 0.3 },
      { weight: 1 - left, mean: [apart / 2], covariance: 0.3 },
    ],
  })

export const valleyFigure = figure({
  id: 'valley',
  title: 'Two modes and the valley between',
  hint: 'Move the modes apart: the crossing time explodes. Change the weight: near either mode the score stays as it is.',
  controls: {
    apart: { kind: 'slider', label: 'distance of the modes', min: 0.5, max: 8, step: 0.25, initial: 4 },
    left: { kind: 'slider', label: 'weight of the left mode', min: 0.05, max: 0.95, step: 0.05, initial: 0.2 },
  },
  play: { control: 'apart', seconds: 6 },
  show({ apart, left }) {
    const mixture = law(apart, left)
    const x = spaced(-reach, reach, 161)
    const logDensity = mixture.logDensity(x, t)
    const scoreOf = (weight: number) => predictionOfSample('score', levels, t, law(apart, weight).denoise(x, t), x)
    const [score, other] = [scoreOf(left), scoreOf(1 - left)]
    // the valley is the lowest point between the centres, the hill the lower of the two tops
    const inside = Array.from(x, (at, i) => (Math.abs(at) <= apart / 2 ? logDensity[i]! : Infinity))
    const valley = Math.min(...inside)
    const side = (sign: number) => Math.max(...Array.from(x, (at, i) => (sign * at >= 0 ? logDensity[i]! : -Infinity)))
    const drop = Math.max(0, Math.min(side(-1), side(1)) - valley)
    const near = x.reduce((best, at, i) => (Math.abs(at + apart / 2) < Math.abs(x[best]! + apart / 2) ? i : best), 0)
    const clip = (value: number) => Math.max(-12, Math.min(12, value))
    return {
      views: [
        {
          kind: 'plot',
          title: 'log p',
          x: { label: 'x', min: -reach, max: reach },
          y: { label: '', min: -16, max: 1 },
          marks: [
            { kind: 'line', x, y: logDensity.map((value) => Math.max(-16, value)), ink: 'data', label: 'log p' },
            { kind: 'rule', y: Math.max(-16, valley), ink: 'muted', dashed: true, label: 'the valley' },
          ],
        },
        {
          kind: 'plot',
          title: 'the score',
          x: { label: 'x', min: -reach, max: reach },
          y: { label: '', min: -12, max: 12 },
          marks: [
            { kind: 'line', x, y: score.map(clip), ink: 'model', label: `left mode has ${say(100 * left)} %` },
            {
              kind: 'line',
              x,
              y: other.map(clip),
              ink: { series: 3 },
              dashed: true,
              label: `left mode has ${say(100 - 100 * left)} %`,
            },
          ],
        },
      ],
      numbers: { drop, crossing: Math.exp(drop), apart, score: score[near]!, other: other[near]! },
      caption:
        `The valley is lower than the lower hill by ${say(drop)} in log p: a walker crosses about once in e^${say(drop)} = ${say(Math.exp(drop), 2)} times as long as it moves about in a mode. ` +
        `With the weights exchanged the score at the left mode is ${say(other[near]!)} instead of ${say(score[near]!)}.`,
    }
  },
})
