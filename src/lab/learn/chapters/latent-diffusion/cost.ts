/** The cross entropy of a code and a diffusion prior, from the errors of its denoiser on a table of levels. */
import { parametrisation } from '../../../../diffusion/denoise/index.ts'
import { crossEntropyRest, crossEntropyTimes, crossEntropyWeight } from '../../../../diffusion/latent/index.ts'
import { namedTable, tableSchedule } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { shown, sumOf } from '../../shared/series.ts'

const epsilon = parametrisation('epsilon')

/** The parts for a code N(μ, s²) and the exact denoiser of the prior N(0, v), with expectations worked out; and the truth. */
export function crossEntropyOf(steps: number, mu: number, s: number, variance: number) {
  const schedule = tableSchedule(namedTable('squaredcos_cap_v2', { steps }))
  const times = crossEntropyTimes(schedule)
  const { constant, square } = crossEntropyRest(schedule, times)
  const second = mu ** 2 + s ** 2
  const levels = Array.from({ length: steps }, (_, i) => {
    const t = (i + 1) / steps
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    // ε̂ = σ z/(α² v + σ²), so ε̂ − ε = (σ α z₀ − α² v ε)/(α² v + σ²)
    const total = alpha ** 2 * variance + sigma ** 2
    const error = ((sigma * alpha) ** 2 * second + (alpha ** 2 * variance) ** 2) / total ** 2
    return (times.correction(t) / steps) * crossEntropyWeight(schedule, epsilon, times, t) * error
  })
  const [alpha, sigma] = [schedule.alpha(1 / steps), schedule.sigma(1 / steps)]
  // −E log p of the code at the faintest noise
  const wide = alpha ** 2 * variance + sigma ** 2
  const truth = 0.5 * (Math.log(2 * Math.PI * wide) + (alpha ** 2 * second + sigma ** 2) / wide)
  const rest = constant + square * second
  return { levels, rest, total: rest + sumOf(levels), truth }
}

const counts = [4, 8, 16, 32, 64, 128, 256]

export const cost = figure({
  id: 'cost',
  title: 'A code’s cost, from errors alone',
  hint: 'With v = 1 the sum is exact on any table, however coarse. Another prior needs levels that are close, and then comes to its truth too.',
  controls: {
    mu: { kind: 'slider', label: 'μ of the code', min: -2, max: 2, step: 0.05, initial: 0.7 },
    s: { kind: 'slider', label: 'its σ', min: 0.05, max: 1.5, step: 0.05, initial: 0.4 },
    variance: { kind: 'slider', label: 'v, the variance of the prior', min: 0.2, max: 2, step: 0.05, initial: 0.6 },
    levels: { kind: 'slider', label: 'levels', min: 4, max: 200, step: 1, initial: 20 },
  },
  show({ mu, s, variance, levels }) {
    const now = crossEntropyOf(levels, mu, s, variance)
    const curve = counts.map((count) => {
      const { total, truth } = crossEntropyOf(count, mu, s, variance)
      return total - truth
    })
    const reach = Math.max(0.02, ...curve.map(Math.abs), Math.abs(now.total - now.truth)) * 1.1
    return {
      views: [
        {
          kind: 'plot',
          title: 'what each level adds',
          x: { label: 't', min: 0, max: 1.02 },
          y: { label: 'nats', min: 0, max: Math.max(0.01, ...now.levels) * 1.1 },
          marks: [
            {
              kind: 'bars',
              x: now.levels.map((_, i) => (i + 1) / levels),
              y: now.levels,
              width: 0.9 / levels,
              ink: 'model',
            },
          ],
        },
        {
          kind: 'plot',
          title: 'above the truth',
          x: { label: 'levels', min: 3.5, max: 300, scale: 'log' },
          y: { label: 'nats', min: -0.1 * reach, max: reach },
          marks: [
            { kind: 'rule', y: 0, ink: 'exact' },
            { kind: 'line', x: counts, y: curve, ink: 'model' },
            { kind: 'points', x: [levels], y: [now.total - now.truth], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: { levels, errors: sumOf(now.levels), rest: now.rest, total: now.total, truth: now.truth },
      caption: `On ${levels} levels the errors add ${shown(sumOf(now.levels), 3)} nats to ${shown(now.rest, 3)}: ${shown(now.total, 3)}, where the truth is ${shown(now.truth, 3)}.`,
    }
  },
})
