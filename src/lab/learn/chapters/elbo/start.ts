/** L at the start: how far the noisiest state is from what samplers start from. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { variationalBound } from '../../../../diffusion/likelihood/index.ts'
import { namedSchedule, type ScheduleName } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, normalDensity, say } from '../../shared/curve.ts'

/** L_T of x₀ for a process that ends at time t, by the package's bound. */
export async function priorTerm(name: ScheduleName, t: number, x0: number): Promise<number> {
  const schedule = namedSchedule(name)
  const denoiser = mixtureDenoiser({ schedule, components: [{ mean: [0] }] })
  const { prior } = await variationalBound(denoiser, Float64Array.of(x0), { times: [t / 2, t], terms: 1 })
  return prior[0]!
}

export const startFigure = figure({
  id: 'start',
  title: 'The price of the start',
  hint: 'End the process early: the two laws differ, by more for a data point far out. At t = 1 nothing is left of it.',
  controls: {
    t: { kind: 'slider', label: 'the last time', min: 0.2, max: 0.99, step: 0.01, initial: 0.7 },
    x0: { kind: 'slider', label: 'x₀', min: -2, max: 2, step: 0.1, initial: 1.2 },
    schedule: {
      kind: 'choice',
      label: 'schedule',
      options: [
        { value: 'cosine', label: 'cosine' },
        { value: 'vp', label: 'VP' },
        { value: 'rectified-flow', label: 'rectified flow' },
        { value: 've', label: 'VE' },
      ],
      initial: 'cosine',
    },
  },
  play: { control: 't', seconds: 5 },
  async show({ t, x0, schedule: name }) {
    const schedule = namedSchedule(name)
    const nats = await priorTerm(name, t, x0)
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    const scale = alpha ** 2 + sigma ** 2
    const reach = 3.2 * Math.sqrt(scale)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'x at the last time', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: 1.15 / Math.sqrt(2 * Math.PI * Math.min(sigma ** 2, scale)) },
          marks: [
            {
              kind: 'area',
              ...curveOf((x) => normalDensity(x, 0, scale), -reach, reach),
              ink: 'noise',
              label: 'p(x): what samplers start from',
            },
            {
              kind: 'line',
              ...curveOf((x) => normalDensity(x, alpha * x0, sigma ** 2), -reach, reach),
              ink: 'data',
              width: 2,
              label: 'q(x | x₀)',
            },
          ],
        },
      ],
      numbers: { t, alpha, sigma, scale, mean: alpha * x0, nats },
      caption: `q has mean ${say(alpha * x0)} and variance ${say(sigma ** 2)}, the prior 0 and ${say(scale)}: their divergence is ${say(nats)} nats.`,
    }
  },
})
