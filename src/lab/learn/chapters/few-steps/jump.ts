/** Several steps of DDIM as one: the weights of their means. */
import { ddimWeights, jumpWeights } from '../../../../diffusion/distil/index.ts'
import { figure } from '../../figure.ts'
import { shown, sumOf } from '../../shared/series.ts'
import { between, mixture, path, schedule } from './flow.ts'

/** Steps along times, their means and weights, and where one step with the weighted mean ends. */
export async function joined(x: number, times: readonly number[]) {
  const states = (await path(Float64Array.of(x), times)).map((row) => row[0]!)
  const means = times.slice(0, -1).map((t, j) => mixture.denoise(Float64Array.of(states[j]!), t)[0]!)
  const weights = jumpWeights(schedule, times)
  const mean = sumOf(means.map((each, j) => weights[j]! * each))
  const whole = ddimWeights(schedule, times[0]!, times.at(-1)!)
  return { states, means, weights, mean, end: whole.state * x + whole.mean * mean }
}

export const jump = figure({
  id: 'jump',
  title: 'A jump is a step of DDIM',
  hint: 'However many steps there are, one step with the weighted mean of their means ends at the same place: so a network can learn it.',
  controls: {
    x: { kind: 'slider', label: 'x_t', min: -2.5, max: 2.5, step: 0.05, initial: 0.5 },
    t: { kind: 'slider', label: 't', min: 0.2, max: 1, step: 0.01, initial: 0.8 },
    end: { kind: 'slider', label: 'e / t', min: 0, max: 0.9, step: 0.05, initial: 0.2 },
    steps: { kind: 'slider', label: 'steps', min: 1, max: 16, step: 1, initial: 6 },
  },
  async show({ x, t, end, steps }) {
    const times = between(t, end * t, steps)
    const { states, means, weights, mean, end: reached } = await joined(x, times)
    const starts = times.slice(0, -1)
    return {
      views: [
        {
          kind: 'plot',
          title: 'steps, and one jump',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'x', min: -2.6, max: 2.6 },
          marks: [
            { kind: 'line', x: times, y: states, ink: 'model', label: 'steps of DDIM' },
            { kind: 'line', x: [t, end * t], y: [x, reached], ink: { series: 3 }, dashed: true, label: 'one jump' },
            { kind: 'points', x: starts, y: means, ink: 'data', radius: 3, label: 'means x̂_j' },
            { kind: 'rule', y: mean, ink: 'exact', dashed: true, label: 'x̂*, their weighted mean' },
          ],
        },
        {
          kind: 'plot',
          title: 'weights of the means',
          x: { label: 'time of the step', min: 0, max: 1 },
          y: { label: 'p_j', min: 0, max: Math.max(...weights) * 1.1 },
          marks: [{ kind: 'bars', x: starts, y: weights, width: (0.8 * t * (1 - end)) / steps, ink: 'data' }],
        },
      ],
      numbers: { sum: sumOf(weights), mean, reached, stepped: states.at(-1)! },
      caption: `${steps} steps end at ${shown(states.at(-1)!, 3)}; one step with x̂* = ${shown(mean, 3)} ends at ${shown(reached, 3)}. The weights add to ${shown(sumOf(weights), 3)}.`,
    }
  },
})
