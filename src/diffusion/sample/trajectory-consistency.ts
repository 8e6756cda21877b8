/** Sampling of a model that jumps along the probability flow to any time: further than wanted, then back by noise. */
import { indexOfTime, timeOfIndex } from '../noise/table-schedule.ts'
import type { Schedule } from '../noise/schedule.ts'
import { planSteps } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/**
 * Strategic stochastic sampling. On the way to time s, a step jumps to s′ = (1 − η) s, along the mean x̂₀ and the noise ε̂ of the
 * network's prediction, and adds the noise that leads back to s,
 *
 *     x_s = r (α_s′ x̂₀ + σ_s′ ε̂) + √(1 − r²) z,   r = α_s/α_s′.
 *
 * The last step draws no noise. On a table s′ is the level below. η = 0 is DDIM, and η = 1 jumps to data and noises them, as
 * `consistency` does. The schedule must preserve variance.
 *
 * Trajectory Consistency Distillation (Zheng et al., 2024), equation 28, https://arxiv.org/abs/2402.19159
 *
 * @param options `eta`: the paper's γ, in [0, 1]; default 0.3
 */
export function trajectoryConsistency({ eta = 0.3 }: { readonly eta?: number | undefined } = {}): LinearSampler {
  return defineSampler({
    name: 'tcd',
    order: eta > 0 ? 0 : 1,
    stochastic: eta > 0,
    evaluations: 1,
    use: '2 to 8 steps, for models that were distilled for it',
    paper: 'https://arxiv.org/abs/2402.19159',
    plan: (schedule, times) =>
      planSteps(times, 'sample', (t, s, index) => {
        const isLast = index === times.length - 2
        const to = isLast ? s : further(schedule, s, eta)
        const turn = schedule.sigma(to) / schedule.sigma(t)
        const back = schedule.alpha(s) / schedule.alpha(to)
        const history = back * (schedule.alpha(to) - turn * schedule.alpha(t))
        const noise = to < s ? [Math.sqrt(Math.max(0, 1 - back ** 2))] : []
        return [{ evaluate: true, time: s, x: back * turn, history: [history], noise }]
      }),
  })
}

/** Where a jump on the way to s leads: with a table, to a whole level. */
function further({ table }: Schedule, s: number, eta: number): number {
  if (eta === 0 || s === 0) return s
  if (!table) return (1 - eta) * s
  return timeOfIndex(table, Math.max(0, Math.floor((1 - eta) * Math.max(0, indexOfTime(table, s)))))
}
