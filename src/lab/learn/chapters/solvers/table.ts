/** A sampler printed: the weights of each of its steps. */
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import {
  ddim,
  ddpm,
  dpmSolver,
  heun,
  type LinearSampler,
  rungeKutta,
  tableaux,
  uniformTimes,
  uniPc,
} from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'

const schedule = cosineSchedule()

/** The samplers whose tables are shown. */
export const tabled: Readonly<Record<string, { readonly label: string; readonly sampler: LinearSampler }>> = {
  ddim: { label: 'DDIM', sampler: ddim() },
  ddpm: { label: 'DDPM', sampler: ddpm() },
  heun: { label: 'Heun', sampler: heun() },
  rk4: { label: 'Runge–Kutta 4', sampler: rungeKutta(tableaux.rk4) },
  'dpm++-2m': { label: 'DPM-Solver++ 2M', sampler: dpmSolver({ lowerOrderFinal: 'never' }) },
  'dpm++-3m': { label: 'DPM-Solver++ 3M', sampler: dpmSolver({ order: 3, lowerOrderFinal: 'never' }) },
  'dpm++-2m-sde': { label: 'DPM-Solver++ 2M SDE', sampler: dpmSolver({ equation: 'sde' }) },
  'unipc-2': { label: 'UniPC 2', sampler: uniPc({ lowerOrderFinal: 'never' }) },
}

export const tableFigure = figure({
  id: 'table',
  title: 'A sampler is this table',
  hint: 'Compare DDIM and DPM-Solver++: the state keeps its weight; the second trusts the newest answer more than fully and subtracts some of the one before.',
  controls: {
    sampler: {
      kind: 'choice',
      label: 'sampler',
      options: Object.entries(tabled).map(([value, { label }]) => ({ value, label })),
      initial: 'dpm++-2m',
    },
    steps: { kind: 'slider', label: 'steps', min: 3, max: 8, step: 1, initial: 5 },
    step: { kind: 'slider', label: 'the step in front', min: 1, max: 8, step: 1, initial: 2 },
  },
  show({ sampler: name, steps, step }) {
    const { sampler, label } = tabled[name]!
    const times = uniformTimes(steps, { from: 0.9, to: 0.1 })
    const plan = sampler.plan(schedule, times)
    const at = Math.min(step, steps) - 1
    const rows = plan.steps.flatMap(({ t, s, stages }, index) =>
      stages.map(({ x, history, noise = [], time, evaluate }, k) => [
        k === 0 ? `${index + 1}${index === at ? ' ←' : ''}` : '',
        k === 0 ? `${say(t)} → ${say(s)}` : `… at ${say(time)}`,
        evaluate ? 'yes' : 'no',
        say(x),
        history.map((weight) => say(weight)).join('   ') || '–',
        noise.map((weight) => say(weight)).join('   ') || '–',
      ]),
    )
    const last = plan.steps[at]!.stages.at(-1)!
    const b = [0, 1, 2].map((k) => last.history[k] ?? 0)
    // what the weights make of a state without noise: x_t = α_t x₀, all answers x₀
    const { t, s } = plan.steps[at]!
    const sum = last.history.reduce((all, each) => all + each, 0)
    const kept = plan.view === 'sample' ? last.x * schedule.alpha(t) + sum : last.x * schedule.alpha(t)
    return {
      views: [
        {
          kind: 'table',
          title: `${label}: the history holds ${typeof plan.view === 'string' ? plan.view : plan.view.name}`,
          columns: ['step', 'from → to', 'asks', 'a, of the state', 'b, of the answers, newest first', 'c, of noise'],
          rows,
        },
      ],
      numbers: {
        a: last.x,
        b0: b[0]!,
        b1: b[1]!,
        b2: b[2]!,
        c: last.noise?.[0] ?? 0,
        kept,
        alphaS: schedule.alpha(s),
        t,
        s,
      },
      caption:
        `Step ${at + 1} of ${label}, from t = ${say(t)} to ${say(s)}: ${say(last.x)} of the state, and ${last.history.map((weight) => say(weight)).join(', ')} of the answers. ` +
        `A state without noise is left without noise: its factor becomes ${say(kept)}, and α is ${say(schedule.alpha(s))}.`,
    }
  },
})
