/** The way back when the data is known: a product of two Gaussians. */
import { cosineSchedule, transition } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, normalDensity, say } from '../../shared/curve.ts'

const reach = 3

export const posteriorFigure = figure({
  id: 'posterior',
  title: 'Where it was at s, given where it is at t and the data',
  hint: 'Bring s close to t: the posterior hugs x at t. Bring s to 0: it hugs the data. Move x and watch the mean follow by less than you moved.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0.1, max: 0.95, step: 0.01, initial: 0.5 },
    ratio: { kind: 'slider', label: 's as a part of t', min: 0.05, max: 0.98, step: 0.01, initial: 0.8 },
    x: { kind: 'slider', label: 'x at t', min: -3, max: 3, step: 0.05, initial: -0.6 },
    x0: { kind: 'slider', label: 'x₀', min: -2, max: 2, step: 0.05, initial: 1.2 },
  },
  show({ t, ratio, x, x0 }) {
    const schedule = cosineSchedule()
    const s = ratio * t
    const { scale, variance, posterior } = transition(schedule, s, t)
    const mean = posterior.x * x + posterior.sample * x0
    const [priorMean, priorVariance] = [schedule.alpha(s) * x0, schedule.sigma(s) ** 2]
    // as a function of the state at s, q(x_t | x_s) is a bell around x_t / α_{t|s}
    const [seenMean, seenVariance] = [x / scale, variance / scale ** 2]
    const top = 1.15 / Math.sqrt(2 * Math.PI * posterior.variance)
    const bell = (m: number, v: number) => curveOf((u) => normalDensity(u, m, v), -reach, reach, 241)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'x at s', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: top },
          marks: [
            { kind: 'area', ...bell(mean, posterior.variance), ink: 'model', label: 'q(xₛ | xₜ, x₀)' },
            { kind: 'line', ...bell(priorMean, priorVariance), ink: 'data', label: 'q(xₛ | x₀)' },
            { kind: 'line', ...bell(seenMean, seenVariance), ink: 'noise', label: 'q(xₜ | xₛ), of xₛ' },
            { kind: 'rule', x, ink: 'noise', dashed: true, label: 'xₜ' },
            { kind: 'rule', x: x0, ink: 'data', dashed: true, label: 'x₀' },
          ],
        },
        {
          kind: 'table',
          columns: ['', 'mean', 'variance', 'precision'],
          rows: [
            ['q(xₛ | x₀)', say(priorMean), say(priorVariance), say(1 / priorVariance)],
            ['q(xₜ | xₛ)', say(seenMean), say(seenVariance), say(1 / seenVariance)],
            ['product', say(mean), say(posterior.variance), say(1 / posterior.variance)],
          ],
        },
      ],
      numbers: {
        s,
        t,
        x,
        x0,
        scale,
        step: variance,
        mean,
        variance: posterior.variance,
        weightX: posterior.x,
        weightData: posterior.sample,
        seen: 1 / seenVariance,
        known: 1 / priorVariance,
        precision: 1 / posterior.variance,
      },
      caption:
        `From t = ${say(t)} back to s = ${say(s)}: precisions ${say(1 / seenVariance)} and ${say(1 / priorVariance)} add up to ${say(1 / posterior.variance)}, ` +
        `a deviation of ${say(Math.sqrt(posterior.variance))}; the mean is ${say(posterior.x)} of x and ${say(posterior.sample)} of the data, ${say(mean)}.`,
    }
  },
})
