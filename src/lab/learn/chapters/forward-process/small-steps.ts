/** Euler–Maruyama on the forward equation, and how far its law is from the kernel's. */
import { forwardSde, namedSchedule, type Schedule, type ScheduleName } from '../../../../diffusion/noise/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { curveOf, say } from '../../shared/curve.ts'

const [x0, until, reach, shown] = [1.5, 0.6, 3.4, 12]

/**
 * Mean factor and variance of Euler–Maruyama's law after `steps` steps. The method is linear, so its law is computed and not sampled: item 0
 * starts at one without noise, item k starts at zero and gets noise in step k alone.
 */
export function lawOfSteps(
  schedule: Schedule,
  steps: number,
  end: number,
): { readonly factor: number; readonly variance: number } {
  const x = new Float64Array(steps + 1)
  x[0] = 1
  let step = 0
  const draw = (out: Float64Array): void => {
    out.fill(0)
    out[++step] = 1
  }
  for (const _ of forwardSde(schedule, uniformTimes(steps, { from: 0, to: end }), x, draw)) void _
  return { factor: x[0], variance: x.subarray(1).reduce((sum, value) => sum + value ** 2, 0) }
}

export const smallStepsFigure = figure({
  id: 'small-steps',
  title: 'The equation in finite steps',
  hint: 'Take few steps: the law is wrong, and doubling the steps halves the error.',
  controls: {
    steps: { kind: 'slider', label: 'steps', min: 1, max: 128, step: 1, initial: 12 },
    schedule: {
      kind: 'choice',
      label: 'equation',
      options: [
        { value: 'vp', label: 'VP' },
        { value: 'sub-vp', label: 'sub-VP' },
        { value: 'rectified-flow', label: 'rectified flow' },
      ],
      initial: 'vp',
    },
    seed: { kind: 'slider', label: 'seed', min: 0, max: 20, step: 1, initial: 0 },
  },
  show({ steps, schedule: name, seed }) {
    const schedule = namedSchedule(name as ScheduleName)
    const times = uniformTimes(steps, { from: 0, to: until })
    const x = new Float64Array(shown).fill(x0)
    const paths = Array.from({ length: shown }, () => [x0])
    let draw = 0
    const noise = (out: Float64Array): void => void normal(fold(key(seed), draw++), out)
    for (const _ of forwardSde(schedule, times, x, noise)) {
      void _
      paths.forEach((path, i) => path.push(x[i]!))
    }
    const { factor, variance } = lawOfSteps(schedule, steps, until)
    const [alpha, exact] = [schedule.alpha(until), schedule.sigma(until) ** 2]
    const counts = [1, 2, 4, 8, 16, 32, 64, 128]
    const errors = counts.map((count) => Math.abs(lawOfSteps(schedule, count, until).variance - exact))
    const error = Math.abs(variance - exact)
    const edge = (side: number): Mark => ({
      kind: 'line',
      ...curveOf((u) => schedule.alpha(u) * x0 + side * schedule.sigma(u), 0, until, 60),
      ink: 'exact',
      dashed: side !== 0,
      ...(side === 0 ? { label: 'the kernel’s mean' } : side > 0 ? { label: '± one deviation' } : {}),
    })
    return {
      views: [
        {
          kind: 'plot',
          title: `${steps} steps to t = ${until}`,
          x: { label: 't', min: 0, max: until },
          y: { label: 'x', min: -reach, max: reach },
          marks: [
            ...paths.map((y): Mark => ({ kind: 'line', x: times, y, ink: 'noise', width: 1, opacity: 0.7 })),
            edge(0),
            edge(1),
            edge(-1),
          ],
        },
        {
          kind: 'plot',
          title: 'error of the variance at the end',
          x: { label: 'steps', min: 1, max: 150, scale: 'log' },
          y: { label: '', min: 1e-5, max: 10, scale: 'log' },
          marks: [
            { kind: 'line', x: counts, y: errors, ink: 'model' },
            { kind: 'points', x: counts, y: errors, ink: 'model', radius: 3 },
            { kind: 'points', x: [steps], y: [Math.max(1e-5, error)], ink: { series: 3 }, radius: 5, label: 'chosen' },
          ],
        },
      ],
      numbers: {
        steps,
        variance,
        exact,
        factor,
        alpha,
        error,
        drift: schedule.drift(until / 2),
        diffusion: schedule.diffusion(until / 2),
      },
      caption:
        `After ${steps} ${steps === 1 ? 'step' : 'steps'} the mean is ${say(factor)} x₀ where the kernel has ${say(alpha)}, and the variance ${say(variance)} where it has ${say(exact)}: ` +
        `an error of ${say(error, 2)}, which halves when the steps double.`,
    }
  },
})
