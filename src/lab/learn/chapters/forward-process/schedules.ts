/** The schedules side by side, one of them in front, with its numbers at a time. */
import {
  cosineSchedule,
  edmSchedule,
  namedTable,
  priorKl,
  rectifiedFlow,
  type Schedule,
  shifted,
  subVpSchedule,
  tableSchedule,
  veSchedule,
  vpSchedule,
} from '../../../../diffusion/noise/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { curveOf, say } from '../../shared/curve.ts'

/** By name, as the figure's choice has them. */
export const schedulesShown: Readonly<Record<string, { readonly label: string; readonly make: () => Schedule }>> = {
  vp: { label: 'VP, linear β', make: () => vpSchedule() },
  'sub-vp': { label: 'sub-VP', make: () => subVpSchedule() },
  cosine: { label: 'cosine', make: () => cosineSchedule() },
  linear: { label: 'table linear', make: () => tableSchedule(namedTable('linear')) },
  squaredcos: { label: 'table squaredcos_cap_v2', make: () => tableSchedule(namedTable('squaredcos_cap_v2')) },
  flow: { label: 'rectified flow', make: () => rectifiedFlow() },
  ve: { label: 'VE', make: () => veSchedule() },
  edm: { label: 'EDM', make: () => edmSchedule() },
}

const made = Object.fromEntries(Object.entries(schedulesShown).map(([name, { make }]) => [name, make()]))

export const schedulesFigure = figure({
  id: 'schedules',
  title: 'Schedules',
  hint: 'Choose a schedule, move t, and shift it: the curve of λ moves down as a whole, and that is all a shift does.',
  controls: {
    name: {
      kind: 'choice',
      label: 'schedule',
      options: Object.entries(schedulesShown).map(([value, { label }]) => ({ value, label })),
      initial: 'cosine',
    },
    t: { kind: 'slider', label: 't', min: 0.01, max: 0.99, step: 0.01, initial: 0.5 },
    shift: { kind: 'slider', label: 'shift k', min: 0.25, max: 4, step: 0.25, initial: 1 },
  },
  play: { control: 't', seconds: 6 },
  show({ name, t, shift }) {
    const chosen = made[name]!
    const schedule = shift === 1 ? chosen : shifted(chosen, shift)
    const curves = (of: (schedule: Schedule, t: number) => number): Mark[] => [
      ...Object.values(made).map((other): Mark => ({
        kind: 'line',
        ...curveOf((u) => of(other, u), 0.005, 0.995, 70),
        ink: 'muted',
        width: 1,
      })),
      { kind: 'line', ...curveOf((u) => of(schedule, u), 0.005, 0.995, 100), ink: 'model', width: 2.5 },
      { kind: 'points', x: [t], y: [of(schedule, t)], ink: 'model', radius: 4 },
      { kind: 'rule', x: t, ink: 'muted', dashed: true },
    ]
    const time = { label: 't', min: 0, max: 1 }
    const [alpha, sigma, logSnr] = [schedule.alpha(t), schedule.sigma(t), schedule.logSnr(t)]
    const kl = priorKl(schedule, 1, 0.25)
    const preserving = ['vp', 'cosine', 'linear', 'squaredcos'].includes(name)
    return {
      views: [
        {
          kind: 'plot',
          title: 'α, the factor of the data',
          x: time,
          y: { label: '', min: 0, max: 1.05 },
          marks: curves((each, u) => each.alpha(u)),
        },
        {
          kind: 'plot',
          title: 'σ, the noise',
          x: time,
          y: { label: '', min: 0.001, max: 100, scale: 'log' },
          marks: curves((each, u) => Math.min(100, Math.max(0.001, each.sigma(u)))),
        },
        {
          kind: 'plot',
          title: 'λ = log α²/σ²',
          x: time,
          y: { label: '', min: -12, max: 12 },
          marks: curves((each, u) => Math.min(12, Math.max(-12, each.logSnr(u)))),
        },
        {
          kind: 'table',
          title: `${schedulesShown[name]!.label}${shift === 1 ? '' : `, shifted by ${shift}`}`,
          columns: ['t', 'α', 'σ', 'σ/α', 'λ'],
          rows: [t, 0.1, 0.5, 0.9].map((u) =>
            [u, schedule.alpha(u), schedule.sigma(u), Math.exp(-schedule.logSnr(u) / 2), schedule.logSnr(u)].map(
              (value) => say(value),
            ),
          ),
        },
      ],
      numbers: {
        t,
        alpha,
        sigma,
        logSnr: Math.abs(logSnr) < 1e-12 ? 0 : logSnr,
        drift: schedule.drift(t),
        diffusion: schedule.diffusion(t),
        kl: Number.isFinite(kl) ? kl : 0,
      },
      caption:
        `${schedulesShown[name]!.label} at t = ${say(t)}: α = ${say(alpha)}, σ = ${say(sigma)}, λ = ${say(logSnr)}. ` +
        (preserving
          ? `At t = 1 it is ${say(kl)} nats per dimension away from N(0, 1), for data of mean square ¼.`
          : 'It does not preserve variance, so samplers start from noise of variance α² + σ².'),
    }
  },
})
