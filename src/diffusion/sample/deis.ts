/** Multistep methods that extrapolate the noise: DEIS in log(σ/α), LMS in σ/α. */
import { noiseLevel } from '../noise/schedule.ts'
import { dpmSolver, type LowerOrderFinal, multistepOrder } from './dpm-solver.ts'
import { requireSignal } from './requirements.ts'
import { plainMoments, weightsOfMoments } from './moments.ts'
import { planSteps } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** The choices of a multistep method. */
export interface MultistepOptions<Order extends number> {
  readonly order?: Order
  readonly lowerOrderFinal?: LowerOrderFinal
}

/**
 * DEIS in its log-ρ form: the noise prediction is a polynomial in log(σ/α), integrated exactly. That is the multistep
 * DPM-Solver with exact moments, found independently.
 *
 * Fast Sampling of Diffusion Models with Exponential Integrator (Zhang & Chen, 2023), https://arxiv.org/abs/2204.13902
 */
export function deis({ order = 2, lowerOrderFinal = 'auto' }: MultistepOptions<1 | 2 | 3> = {}): LinearSampler {
  return defineSampler({
    ...dpmSolver({ order, predict: 'epsilon', type: 'heun', lowerOrderFinal }),
    name: `deis-${order}`,
    use: 'good images in 10 to 20 steps, unguided',
    paper: 'https://arxiv.org/abs/2204.13902',
  })
}

/**
 * Linear multistep: for the rescaled data y = x/α, dy/d(σ/α) = ε, and ε is a polynomial in σ/α through its last values
 * (Adams–Bashforth for unequal steps), x_s = (α_s/α_t) x_t + α_s ∫ ε d(σ/α).
 *
 * k-diffusion (Crowson, 2022); the method is Bashforth and Adams's (1883).
 */
export function lms({ order = 4, lowerOrderFinal = 'never' }: MultistepOptions<1 | 2 | 3 | 4> = {}): LinearSampler {
  return defineSampler({
    name: `lms-${order}`,
    order,
    stochastic: false,
    evaluations: 1,
    use: 'smooth models, 20 to 50 steps',
    paper: 'https://github.com/crowsonkb/k-diffusion',
    plan(schedule, times) {
      const level = times.map((t) => noiseLevel(schedule, t))
      return planSteps(times, 'epsilon', (t, s, i) => {
        requireSignal(schedule, t)
        const clean = level[i + 1] === 0 && lowerOrderFinal !== 'never'
        const now = clean
          ? 1
          : Math.min(order, i + 1, multistepOrder({ ...schedule, sigma: () => 1 }, times, i, order, lowerOrderFinal))
        const length = level[i + 1]! - level[i]!
        const nodes = Array.from({ length: now }, (_, k) => (level[i - k]! - level[i]!) / length)
        const alpha = schedule.alpha(s)
        const history = weightsOfMoments(nodes, plainMoments(now)).map((weight) => alpha * length * weight)
        return [{ evaluate: true, time: s, x: alpha / schedule.alpha(t), history }]
      })
    },
  })
}
