/** The reverse stochastic differential equation, solved step by step in time. */
import { planOf } from './single-step.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { Stage } from './plan.ts'
import { requireSignal } from './requirements.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** How to solve the reverse equation. */
export interface ReverseSdeOptions {
  /** `euler-maruyama` (default), or `heun`: the average of it and of a second step with the drift at its end. */
  readonly method?: 'euler-maruyama' | 'heun'
  /** How much noise, 1 (default) — Anderson's reverse equation — down to 0 — the probability-flow equation. */
  readonly eta?: number
}

/**
 * The family of equations that run back through the same marginals,
 *
 *     dx = [f x − ½ (1 + η²) g² ∇ log p_t(x)] dt + η g dw̄,
 *
 * with the score (α E[x₀ | x] − x)/σ². No noise is added by the step that lands on clean data.
 *
 * - Reverse-time diffusion equation models (Anderson, 1982), https://doi.org/10.1016/0304-4149(82)90051-5
 * - Score-Based Generative Modeling through SDEs (Song et al., 2021), https://arxiv.org/abs/2011.13456
 * - Gotta Go Fast When Generating Data with Score-Based Models (Jolicoeur-Martineau et al., 2021), for `heun`,
 *   https://arxiv.org/abs/2105.14080
 */
export function reverseSde({ method = 'euler-maruyama', eta = 1 }: ReverseSdeOptions = {}): LinearSampler {
  return defineSampler({
    name: method === 'heun' ? 'sde-heun' : 'euler-maruyama',
    order: method === 'heun' ? 2 : 1,
    stochastic: eta > 0,
    evaluations: method === 'heun' ? 2 : 1,
    use:
      method === 'heun'
        ? 'the reverse SDE, 100 to 300 steps'
        : 'the reverse SDE as its paper has it, 500 to 1000 steps',
    paper: method === 'heun' ? 'https://arxiv.org/abs/2105.14080' : 'https://arxiv.org/abs/2011.13456',
    plan: planOf({
      view: 'sample',
      stages(schedule, t, s): Stage[] {
        requireSignal(schedule, t)
        const clean = schedule.sigma(s) === 0
        const first = increment(schedule, t, t, s, eta)
        const noise = clean || eta === 0 ? [] : [first.noise]
        const euler: Stage = { evaluate: true, time: s, x: 1 + first.x, history: [first.mean], noise }
        if (method !== 'heun' || clean) return [euler]
        // ½ (x + F(x) + G z) + ½ (x + F(x + F(x) + G z) + G′ z)
        const second = increment(schedule, s, t, s, eta)
        return [
          euler,
          {
            evaluate: true,
            time: s,
            x: 1 + (first.x + second.x * (1 + first.x)) / 2,
            history: [second.mean / 2, (first.mean + second.x * first.mean) / 2],
            noise: eta === 0 ? [] : [(first.noise + second.x * first.noise + second.noise) / 2],
          },
        ]
      },
    }),
  })
}

/** What a step from t to s adds, with drift and diffusion taken at time u: x · x_u + mean · E[x₀ | x_u] + noise · z. */
function increment(schedule: Schedule, u: number, t: number, s: number, eta: number) {
  const g2 = schedule.diffusion(u)
  const pull = ((1 + eta ** 2) / 2) * (g2 / schedule.sigma(u) ** 2)
  return {
    x: (s - t) * (schedule.drift(u) + pull),
    mean: -(s - t) * pull * schedule.alpha(u),
    noise: eta * Math.sqrt(g2 * Math.abs(s - t)),
  }
}
