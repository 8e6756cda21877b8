/**
 * Samplers without memory: a step uses x_t and points on the way to s, and nothing from earlier steps. Such a rule
 * works from any t to any s, so it can be modified: {@link ancestral} and {@link churned} add noise to any of them.
 */
import { noiseLevel, type Schedule, timeOfNoiseLevel } from '../noise/schedule.ts'
import { type Planner, planSteps, type Plan, type Stage } from './plan.ts'

/** The stages of a step from t to s, and the prediction that their histories hold. */
export interface StepRule {
  readonly view: Plan['view']
  stages(schedule: Schedule, t: number, s: number, index: number): readonly Stage[]
}

/** The table of a rule: every step on its own, with the history of the steps before it ignored. */
export function planOf(rule: StepRule): Planner {
  return (schedule, times) => planSteps(times, rule.view, (t, s, i) => rule.stages(schedule, t, s, i))
}

/**
 * Steps further down than s, to the noise level σ_down, and adds noise up to σ_s again, in units of the rescaled data x/α:
 * σ_up = min(σ_s, η σ_s √(1 − σ_s²/σ_t²)), σ_down² = σ_s² − σ_up². Euler's step made ancestral is DDIM with that η.
 *
 * k-diffusion (Crowson, 2022), after Denoising Diffusion Implicit Models (Song et al., 2021), equation 16,
 * https://arxiv.org/abs/2010.02502
 */
export function ancestral(rule: StepRule, eta = 1): StepRule {
  return {
    view: rule.view,
    stages(schedule, t, s, index) {
      const [from, to] = [noiseLevel(schedule, t), noiseLevel(schedule, s)]
      const up = Math.min(to, eta * to * Math.sqrt(Math.max(0, 1 - (to / from) ** 2)))
      if (up === 0) return rule.stages(schedule, t, s, index)
      const below = timeOfNoiseLevel(schedule, Math.sqrt(to ** 2 - up ** 2))
      const stages = rule.stages(schedule, t, below, index)
      const scale = schedule.alpha(s) / schedule.alpha(below)
      const noise = schedule.alpha(s) * up
      return stages.map((stage, k) =>
        k < stages.length - 1 ? stage : { ...scaled(stage, scale), time: s, noise: [noise] },
      )
    },
  }
}

/** EDM's churn. */
export interface ChurnOptions {
  /** How much noise is added over a whole run: γ = min(churn/steps, √2 − 1) in each step (`s_churn`); default 0. */
  readonly churn?: number
  /** The least noise level σ/α at which noise is added (`s_tmin`); default 0. */
  readonly min?: number
  /** The greatest noise level at which noise is added (`s_tmax`); default ∞. */
  readonly max?: number
  /** The standard deviation of the noise added, a little above 1 to make up for lost detail (`s_noise`); default 1. */
  readonly noise?: number
}

/**
 * Before each step adds noise, from σ_t to σ̂ = (1 + γ) σ_t, and starts the step from there.
 *
 * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), algorithm 2,
 * https://arxiv.org/abs/2206.00364
 */
export function churned(
  rule: StepRule,
  steps: number,
  { churn = 0, min = 0, max = Infinity, noise = 1 }: ChurnOptions = {},
): StepRule {
  return {
    view: rule.view,
    stages(schedule, t, s, index) {
      const level = noiseLevel(schedule, t)
      const gamma = level >= min && level <= max ? Math.min(churn / steps, Math.SQRT2 - 1) : 0
      // a schedule goes no further than its own noisiest level
      const start = timeOfNoiseLevel(schedule, level * (1 + gamma))
      const added = Math.sqrt(Math.max(0, noiseLevel(schedule, start) ** 2 - level ** 2))
      if (gamma === 0 || added === 0) return rule.stages(schedule, t, s, index)
      const x = schedule.alpha(start) / schedule.alpha(t)
      const z = schedule.alpha(start) * noise * added
      const raise: Stage = { evaluate: false, time: start, x, history: [], noise: [z] }
      // x̂ = x · x_t + z · noise stands wherever the rule says x_t
      return [
        raise,
        ...rule.stages(schedule, start, s, index).map((stage) => ({ ...stage, x: stage.x * x, noise: [stage.x * z] })),
      ]
    },
  }
}

function scaled(stage: Stage, by: number): Stage {
  return { ...stage, x: stage.x * by, history: stage.history.map((weight) => weight * by) }
}
