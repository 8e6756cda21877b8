/** What a network may predict: all targets for one state, and what each says about the data. */
import {
  edmPreconditioning,
  type Parametrisation,
  type ParametrisationName,
  parametrisation,
  previousMean,
  sampleOfPrediction,
  targetOf,
} from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule, jump } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, say } from '../../shared/curve.ts'

const schedule = cosineSchedule()

/** The targets by name. */
export const targets: Readonly<Record<string, ParametrisationName | Parametrisation>> = {
  sample: 'sample',
  epsilon: 'epsilon',
  v: 'v',
  score: 'score',
  flow: 'flow',
  previous: previousMean((t) => 0.9 * t),
  edm: edmPreconditioning(),
}

export const targetsFigure = figure({
  id: 'targets',
  title: 'One state, seven targets',
  hint: 'Move t towards 1: ε says ever less about the data, and its error is blown up ever more. Then choose v.',
  controls: {
    kind: {
      kind: 'choice',
      label: 'target',
      options: Object.keys(targets).map((value) => ({ value, label: value })),
      initial: 'v',
    },
    t: { kind: 'slider', label: 't', min: 0.02, max: 0.98, step: 0.02, initial: 0.3 },
    x0: { kind: 'slider', label: 'x₀', min: -1.5, max: 1.5, step: 0.1, initial: 0.7 },
    noise: { kind: 'slider', label: 'ε', min: -2, max: 2, step: 0.1, initial: -1.2 },
    error: { kind: 'slider', label: 'error of the prediction', min: 0, max: 0.3, step: 0.02, initial: 0.1 },
  },
  play: { control: 't', seconds: 6 },
  show({ kind, t, x0, noise, error }) {
    const [data, epsilon] = [Float64Array.of(x0), Float64Array.of(noise)]
    const x = jump(schedule, t, data, epsilon)
    const rows = Object.entries(targets).map(([name, target]) => {
      const { sample, noise: b } = parametrisation(target).weights(schedule, t)
      const m = targetOf(target, schedule, t, data, epsilon)
      const back = sampleOfPrediction(target, schedule, t, m, x)[0]!
      const wrong = sampleOfPrediction(
        target,
        schedule,
        t,
        m.map((value) => value + error),
        x,
      )[0]!
      return { name, a: sample, b, m: m[0]!, back, wrong: Math.abs(wrong - back) }
    })
    const chosen = rows.find(({ name }) => name === kind)!
    const weights = (u: number) => parametrisation(targets[kind]!).weights(schedule, u)
    const clip = (value: number) => Math.max(-3, Math.min(3, value))
    return {
      views: [
        {
          kind: 'plot',
          title: `weights of ${kind}`,
          x: { label: 't', min: 0, max: 1 },
          y: { label: '', min: -3, max: 3 },
          marks: [
            { kind: 'line', ...curveOf((u) => clip(weights(u).sample), 0.02, 0.98), ink: 'data', label: 'a, of x₀' },
            { kind: 'line', ...curveOf((u) => clip(weights(u).noise), 0.02, 0.98), ink: 'noise', label: 'b, of ε' },
            { kind: 'rule', x: t, ink: 'muted', dashed: true },
          ],
        },
        {
          kind: 'table',
          columns: ['', 'a', 'b', 'm', 'Δx₀'],
          rows: rows.map((row) => [row.name, say(row.a), say(row.b), say(row.m), say(row.wrong)]),
        },
      ],
      numbers: {
        t,
        x: x[0]!,
        x0,
        noise,
        a: chosen.a,
        b: chosen.b,
        m: chosen.m,
        back: chosen.back,
        wrong: chosen.wrong,
        alpha: schedule.alpha(t),
        sigma: schedule.sigma(t),
      },
      caption: `At t = ${say(t)} the target ${kind} is ${say(chosen.a)} x₀ + ${say(chosen.b)} ε = ${say(chosen.m)}. An error of ${say(error)} in it is one of ${say(chosen.wrong)} in the data.`,
    }
  },
})
