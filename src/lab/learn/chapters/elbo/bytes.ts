/** L at the end: the probability of each value that a byte can take. */
import { bitsPerDim, logProbability } from '../../../../diffusion/likelihood/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, normalDensity, say } from '../../shared/curve.ts'

export const bytesFigure = figure({
  id: 'bytes',
  title: 'From a density to a probability',
  hint: 'Bring the mean to the edge: the outermost values get the whole tail. Make σ tiny and move the value away: the logarithm stays finite.',
  controls: {
    mean: { kind: 'slider', label: 'μ', min: -1.2, max: 1.2, step: 0.02, initial: 0.34 },
    sigma: { kind: 'slider', label: 'σ', min: 0.01, max: 0.6, step: 0.01, initial: 0.16 },
    count: { kind: 'slider', label: 'values', min: 4, max: 64, step: 4, initial: 16 },
    value: { kind: 'slider', label: 'the value’s place', min: 0, max: 1, step: 0.02, initial: 0.6 },
  },
  show({ mean, sigma, count, value }) {
    const bins = { count }
    const delta = 1 / (count - 1)
    const values = Float64Array.from({ length: count }, (_, i) => -1 + 2 * delta * i)
    const probabilities = values.map((each) => Math.exp(logProbability(each, mean, sigma, bins)))
    const total = probabilities.reduce((sum, each) => sum + each, 0)
    const at = values[Math.round(value * (count - 1))]!
    const log = logProbability(at, mean, sigma, bins)
    return {
      views: [
        {
          kind: 'plot',
          title: `${count} values between −1 and 1`,
          x: { label: 'x', min: -1.35, max: 1.35 },
          y: { label: 'probability', min: 0, max: 1.15 * Math.max(...probabilities) },
          marks: [
            { kind: 'bars', x: values, y: probabilities, width: 1.8 * delta, ink: 'model', label: 'P(x₀ | x₁)' },
            {
              kind: 'line',
              ...curveOf((x) => 2 * delta * normalDensity(x, mean, sigma ** 2), -1.35, 1.35, 201),
              ink: 'muted',
              label: 'the density, times the width of a bin',
            },
            { kind: 'rule', x: at, ink: 'data', dashed: true, label: 'x₀' },
          ],
        },
      ],
      numbers: {
        mean,
        sigma,
        delta,
        at,
        log,
        nats: -log,
        bits: bitsPerDim(-log, 1),
        total,
        edge: probabilities.at(-1)!,
      },
      caption: `The value ${say(at)} has probability ${say(Math.exp(log))}, ${say(-log)} nats or ${say(bitsPerDim(-log, 1))} bits; all probabilities add up to ${say(total, 9)}.`,
    }
  },
})
