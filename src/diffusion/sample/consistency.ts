/** Sampling of a consistency model: a jump to data, noise again, a jump from there. */
import { planSteps } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/**
 * For models that jump from any time straight to data, f(x_t, t) = the end of the probability flow: the data that a jump lands on
 * are noised to the next time,
 *
 *     x_s = α_s f(x_t, t) + σ_s z.
 *
 * One step is the jump itself. With a model that knows the posterior mean instead, this is a way to blurred samples.
 *
 * Consistency Models (Song et al., 2023), algorithm 1, https://arxiv.org/abs/2303.01469
 */
export function consistency(): LinearSampler {
  return defineSampler({
    name: 'consistency',
    order: 0,
    stochastic: true,
    evaluations: 1,
    use: '1 to 4 steps, for consistency models alone: jumps to data and noise again',
    paper: 'https://arxiv.org/abs/2303.01469',
    plan: (schedule, times) =>
      planSteps(times, 'sample', (_, s) => [
        { evaluate: true, time: s, x: 0, history: [schedule.alpha(s)], noise: s === 0 ? [] : [schedule.sigma(s)] },
      ]),
  })
}
