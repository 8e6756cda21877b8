/** Data encoded into noise and decoded again. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { ddim, rungeKutta, tableaux, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat } from '../../shared/grid.ts'
import { linesInPlane, record } from '../../shared/paths.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'

export const reach = 2.8
export const schedule = cosineSchedule()
export const law = mixtureDenoiser({
  schedule,
  components: [
    { mean: [-1.1, 0.5], covariance: [0.2, 0.05, 0.05, 0.1] },
    { mean: [1, 0.9], covariance: 0.1 },
    { mean: [0.2, -1.1], covariance: [0.3, 0.06] },
  ],
})
export const range = { from: 0.99, to: 0.01 }

export const roundTripFigure = figure({
  id: 'round-trip',
  title: 'There and back',
  hint: 'Drag the data. Few steps do not lead back to where they came from; a method of order four needs hardly any.',
  controls: {
    steps: { kind: 'slider', label: 'steps', min: 2, max: 100, step: 1, initial: 12 },
    sampler: {
      kind: 'choice',
      label: 'sampler',
      options: [
        { value: 'ddim', label: 'DDIM' },
        { value: 'rk4', label: 'Runge–Kutta 4' },
      ],
      initial: 'ddim',
    },
    data: {
      kind: 'points',
      label: 'data',
      initial: [
        [-1.4, 0.3],
        [-0.8, 0.7],
        [1.1, 1.2],
        [0.5, -1.1],
      ],
    },
  },
  async show({ steps, sampler, data }) {
    const x = flat(data)
    const method = sampler === 'ddim' ? ddim() : rungeKutta(tableaux.rk4)
    const times = uniformTimes(steps, range)
    const up = await record(law, { sampler: method, times: times.toReversed(), x })
    const latent = up.states.at(-1)!
    const down = await record(law, { sampler: method, times, x: latent })
    const back = down.states.at(-1)!
    const errors = data.map((_, i) => Math.hypot(back[2 * i]! - x[2 * i]!, back[2 * i + 1]! - x[2 * i + 1]!))
    const error = Math.max(...errors)
    return {
      views: [
        planePlot(
          reach,
          [
            densityOf(law, 0.05, reach),
            ...linesInPlane(up, { ink: 'noise', width: 1.2, dashed: true, label: 'encoded' }),
            ...linesInPlane(down, { ink: 'model', width: 1.2, label: 'decoded' }),
            dots(latent, 'noise', { radius: 4, label: 'latents' }),
            dots(back, 'model', { radius: 4 }),
          ],
          { handles: 'data' },
        ),
      ],
      numbers: { steps, error, evaluations: 2 * steps * method.evaluations },
      caption: `After ${steps} steps up and ${steps} down, ${2 * steps * method.evaluations} evaluations in all, the farthest point is ${say(error, 2)} away from where it began.`,
    }
  },
})
