/** DPM-Solver-2 in the form of EDM and k-diffusion: the slope half-way in log σ is taken for the whole step. */
import { noiseLevel, timeOfNoiseLevel } from '../noise/schedule.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'
import { ancestral, planOf, type StepRule } from './single-step.ts'
import { requireSignal } from './requirements.ts'
import { rungeKuttaRule, tableaux } from './runge-kutta.ts'

/**
 * KDPM2: a midpoint method for dy/d(σ/α) = ε whose midpoint is the geometric mean of the noise levels,
 * x_m = (α_m/α_t) x_t + α_m (σ_m − σ_t) ε_t, then x_s = (α_s/α_t) x_t + α_s (σ_s − σ_t) ε_m.
 *
 * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), appendix D,
 * https://arxiv.org/abs/2206.00364
 *
 * @param options `eta`: 0 (default) is `KDPM2DiscreteScheduler`, 1 `KDPM2AncestralDiscreteScheduler`
 */
export function kdpm2({ eta = 0 }: { readonly eta?: number } = {}): LinearSampler {
  return defineSampler({
    name: eta > 0 ? 'kdpm2-a' : 'kdpm2',
    order: 2,
    stochastic: eta > 0,
    evaluations: 2,
    use: 'like heun, without its evaluation at the end of the step',
    paper: 'https://arxiv.org/abs/2206.00364',
    plan: planOf(eta > 0 ? ancestral(geometricMidpoint, eta) : geometricMidpoint),
  })
}

const geometricMidpoint: StepRule = {
  view: 'epsilon',
  stages(schedule, t, s) {
    const [from, to] = [noiseLevel(schedule, t), noiseLevel(schedule, s)]
    requireSignal(schedule, t)
    const middle = Math.sqrt(from * to)
    const m = timeOfNoiseLevel(schedule, middle)
    if (middle === 0) return rungeKuttaRule(tableaux.euler).stages(schedule, t, s, 0)
    const [alphaT, alphaM, alphaS] = [schedule.alpha(t), schedule.alpha(m), schedule.alpha(s)]
    return [
      { evaluate: true, time: m, x: alphaM / alphaT, history: [alphaM * (middle - from)] },
      { evaluate: true, time: s, x: alphaS / alphaT, history: [alphaS * (to - from)] },
    ]
  },
}
