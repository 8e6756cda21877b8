/** What a student learns from: a step of the teacher, or of the data, and its own jump from there. */
import { ddimWeights, jumpWeights } from '../../../../diffusion/distil/index.ts'
import { drawMixture, exactPosterior } from '../../../../diffusion/guidance/index.ts'
import { matrixOperator, observation } from '../../../../diffusion/measure/index.ts'
import { key } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { deviationOf, histogram, meanOf, shown } from '../../shared/series.ts'
import { components, led, mixture, schedule } from './flow.ts'

const count = 400

/** Targets at x_t for a grid of so many steps: by the teacher, by draws of the data given x_t, and the truth. */
export async function targets(x: number, t: number, steps: number) {
  const u = Math.max(0, t - 1 / steps)
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const [p, q] = u > 0 ? jumpWeights(schedule, [t, u, 0]) : [1, 0]
  const mean = mixture.denoise(Float64Array.of(x), t)[0]!
  const step = ddimWeights(schedule, t, u)
  const z = Float64Array.of(step.state * x + step.mean * mean)
  const seen = observation(matrixOperator({ from: [1] }, [alpha]), Float64Array.of(x), sigma)
  const clean = drawMixture(exactPosterior(components, seen), count, key('data'))
  const noisy = clean.map((x0) => schedule.alpha(u) * x0 + (schedule.sigma(u) * (x - alpha * x0)) / sigma)
  const onward = async (from: Float64Array) => (u > 0 ? led(from, u, 0, 40) : from)
  const [own] = await onward(z)
  const jumps = await onward(noisy)
  return {
    exact: (await led(Float64Array.of(x), t, 0, 120))[0]!,
    teacher: p! * mean + q! * own!,
    data: clean.map((x0, i) => p! * x0 + q! * jumps[i]!),
  }
}

export const target = figure({
  id: 'target',
  title: 'Two targets',
  hint: 'With a teacher the target is one number. Without, it is a draw, right on average once steps are small: refine the grid and see both come to the truth.',
  controls: {
    x: { kind: 'slider', label: 'x_t', min: -2, max: 2, step: 0.05, initial: 0.6 },
    t: { kind: 'slider', label: 't', min: 0.1, max: 0.95, step: 0.05, initial: 0.5 },
    steps: { kind: 'slider', label: 'steps of the grid', min: 2, max: 64, step: 1, initial: 8 },
  },
  async show({ x, t, steps }) {
    const { exact, teacher, data } = await targets(x, t, steps)
    const bars = histogram(data, -2, 2, 80)
    const mean = meanOf(data)
    return {
      views: [
        {
          kind: 'plot',
          title: 'targets for the mean of the jump from x_t to data',
          x: { label: 'x̂*', min: -2, max: 2 },
          y: { label: 'density', min: 0, max: Math.max(...bars.y) * 1.1 },
          marks: [
            { kind: 'bars', ...bars, ink: 'noise', label: 'by the data: consistency training' },
            { kind: 'rule', x: mean, ink: 'noise', dashed: true, label: 'their mean' },
            { kind: 'rule', x: teacher, ink: 'model', label: 'by the teacher: distillation' },
            { kind: 'rule', x: exact, ink: 'exact', dashed: true, label: 'where the flow leads' },
          ],
        },
      ],
      numbers: { steps, teacher, data: mean, exact, spread: deviationOf(data) },
      caption: `The flow leads to ${shown(exact, 3)}. The teacher’s target is ${shown(teacher, 3)}; those of the data are ${shown(mean, 3)} on average, with a deviation of ${shown(deviationOf(data), 3)}.`,
    }
  },
})
