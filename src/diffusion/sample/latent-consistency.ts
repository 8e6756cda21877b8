/** Sampling of a latent consistency model: jumps to data that change nothing at the faintest level. */
import { indexOfTime } from '../noise/table-schedule.ts'
import { planSteps } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** The standard deviation of data in the boundary condition. */
const sigmaData = 0.5

/**
 * As `consistency`, where the network's own prediction F of the data becomes a jump that keeps x at level i = 0 of the table,
 *
 *     f = c_skip x_t + c_out F,   c_skip = 0.25/((k i)² + 0.25),   c_out = k i/√((k i)² + 0.25),   x_s = α_s f + σ_s z.
 *
 * Without a table f = F.
 *
 * Latent Consistency Models (Luo et al., 2023), https://arxiv.org/abs/2310.04378
 *
 * @param options `scaling`: k, diffusers' `timestep_scaling`; default 10
 */
export function latentConsistency({ scaling = 10 }: { readonly scaling?: number | undefined } = {}): LinearSampler {
  return defineSampler({
    name: 'lcm',
    order: 0,
    stochastic: true,
    evaluations: 1,
    use: '1 to 8 steps, for latent consistency models: jumps to data and noise again',
    paper: 'https://arxiv.org/abs/2310.04378',
    plan: (schedule, times) =>
      planSteps(times, 'sample', (t, s) => {
        const level = schedule.table ? scaling * indexOfTime(schedule.table, t) : Infinity
        const skip = sigmaData ** 2 / (level ** 2 + sigmaData ** 2)
        const out = level === Infinity ? 1 : level / Math.hypot(level, sigmaData)
        const alpha = schedule.alpha(s)
        const noise = s === 0 ? [] : [schedule.sigma(s)]
        return [{ evaluate: true, time: s, x: alpha * skip, history: [alpha * out], noise }]
      }),
  })
}
