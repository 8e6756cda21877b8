/** Weights over time, and the times that are drawn in their place. */
import { timeDistribution } from '../../../../diffusion/denoise/index.ts'
import { vpSchedule } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, say } from '../../shared/curve.ts'

const schedule = vpSchedule()
const draws = 40

export const trainingFigure = figure({
  id: 'training',
  title: 'The weight of the likelihood, by drawing times',
  hint: 'The weight of the likelihood explodes near the data. Drawn by importance, times crowd there instead, and the weight that is left is flat.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0.01, max: 1, step: 0.01, initial: 0.1 },
    law: {
      kind: 'choice',
      label: 'times',
      options: [
        { value: 'uniform', label: 'uniform' },
        { value: 'importance', label: 'in proportion to g²/σ²' },
      ],
      initial: 'importance',
    },
  },
  show({ t, law }) {
    const times = timeDistribution({ name: law as 'uniform' | 'importance' }, schedule)
    // as a weight of |ε̂ − ε|²: λ |s − s*|² with s = −ε/σ
    const weight = (u: number) => schedule.diffusion(u) / schedule.sigma(u) ** 2
    const left = (u: number) => weight(u) / times.correction(u)
    const drawn = Float64Array.from({ length: draws }, (_, i) => times.at((i + 0.5) / draws))
    const clip = (value: number) => Math.min(300, Math.max(1, value))
    return {
      views: [
        {
          kind: 'plot',
          title: 'weight of ‖ε̂ − ε‖² for λ = g²',
          x: { label: 't', min: 0, max: 1 },
          y: { label: '', min: 1, max: 300, scale: 'log' },
          marks: [
            { kind: 'line', ...curveOf((u) => clip(weight(u)), 0.004, 1, 200), ink: 'muted', label: 'g²/σ²' },
            {
              kind: 'line',
              ...curveOf((u) => clip(left(u)), 0.004, 1, 200),
              ink: 'model',
              label: 'what is left of it in the loss',
            },
            {
              kind: 'points',
              x: drawn,
              y: new Float64Array(draws).fill(1.25),
              ink: 'noise',
              radius: 3,
              opacity: 0.6,
              label: `${draws} times drawn`,
            },
            { kind: 'rule', x: t, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: {
        t,
        simple: schedule.sigma(t) ** 2,
        likelihood: schedule.diffusion(t),
        weight: weight(t),
        left: left(t),
        median: times.at(0.5),
      },
      caption:
        `At t = ${say(t)} the bound weighs the error of ε by g²/σ² = ${say(weight(t))}, and the simple loss by 1. Half of the times are below ${say(times.at(0.5))}; ` +
        `in the loss a factor of ${say(left(t))} is left.`,
    }
  },
})
