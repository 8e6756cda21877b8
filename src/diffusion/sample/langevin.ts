/** Langevin dynamics: at one noise level, and annealed down through many. */
import { type Denoiser, sizeOf } from '../denoise/denoiser.ts'
import type { Schedule } from '../noise/schedule.ts'
import { randomNoise } from './noise-source.ts'
import type { PlannedStep } from './plan.ts'
import { requireSignal } from './requirements.ts'
import { runPlan } from './run-plan.ts'
import { initialState, type SampleOptions } from './sample.ts'
import { defineSampler, type LinearSampler, type SampleStep } from './sampler.ts'

/**
 * How a step size is meant.
 *
 * - `half`: x + ½ a ∇ log p + √a z, as NCSN writes it
 * - `full`: x + δ ∇ log p + √(2δ) z, as physics does; the same step for a = 2δ
 */
export type LangevinConvention = 'half' | 'full'

/** Annealed Langevin dynamics. */
export interface AnnealedLangevinOptions {
  /** L, the steps at each noise level; default 100. */
  readonly stepsPerLevel?: number
  /**
   * The step size in units of σ², so that every level mixes equally fast; default 0.2 (for `half`). NCSN's ε is this
   * times the
   * square of its lowest σ: 2e-5 for 0.01.
   */
  readonly stepSize?: number
  readonly convention?: LangevinConvention
}

/**
 * Annealed Langevin dynamics: L steps at each time of the grid but the last, with step sizes in proportion to σ_t². From level to level the state keeps its data and rescales, α_s/α_t. If the last time
 * is clean data the last level's state is denoised, E[x₀ | x_t].
 *
 * Generative Modeling by Estimating Gradients of the Data Distribution (Song & Ermon, 2019), algorithm 1,
 * https://arxiv.org/abs/1907.05600; the last denoising is Adversarial score matching's (Jolicoeur-Martineau et al., 2020),
 * https://arxiv.org/abs/2009.05475
 */
export function annealedLangevin(options: AnnealedLangevinOptions = {}): LinearSampler {
  const { stepsPerLevel = 100, stepSize = 0.2, convention = 'half' } = options
  return defineSampler({
    name: 'annealed-langevin',
    order: 1,
    stochastic: true,
    evaluations: stepsPerLevel,
    use: 'NCSN models; many steps a level, no error to accumulate',
    paper: 'https://arxiv.org/abs/1907.05600',
    plan(schedule, times) {
      const steps = times.slice(1).flatMap((s, i): PlannedStep[] => {
        const t = times[i]!
        requireSignal(schedule, t)
        const size = stepSize * schedule.sigma(t) ** 2
        const level = Array.from({ length: stepsPerLevel }, () => langevinStep(schedule, t, size, convention))
        const leave: PlannedStep =
          schedule.sigma(s) === 0
            ? { t, s, stages: [{ evaluate: true, time: s, x: 0, history: [schedule.alpha(s)] }] }
            : { t, s, stages: [{ evaluate: false, time: s, x: schedule.alpha(s) / schedule.alpha(t), history: [] }] }
        return [...level, leave]
      })
      return { view: 'sample', steps }
    },
  })
}

/** Langevin dynamics at one time. */
export interface LangevinOptions extends Pick<
  SampleOptions,
  'x' | 'batch' | 'noise' | 'dtype' | 'signal' | 'seed' | 'seeds' | 'firstItem'
> {
  /** The time whose marginal p_t is sampled. */
  readonly t: number
  readonly steps: number
  /** a for `half` (default), δ for `full`. */
  readonly stepSize: number
  readonly convention?: LangevinConvention
}

/**
 * Samples p_t by unadjusted Langevin dynamics, x ← x + ½ a ∇ log p_t(x) + √a z. It forgets where it started, unless a
 * region of low density stands in the way; its stationary law is p_t up to an error that shrinks with a.
 */
export function langevin(denoiser: Denoiser, options: LangevinOptions): AsyncGenerator<SampleStep> {
  const { t, steps, stepSize, convention = 'half', batch = 1, dtype = 'float32', signal } = options
  const size = sizeOf(denoiser.shape)
  const noise = options.noise ?? randomNoise(size, options)
  const fresh = dtype === 'float64' ? new Float64Array(batch * size) : new Float32Array(batch * size)
  const x = options.x?.slice() ?? initialState(denoiser.schedule, t, noise, fresh)
  const plan = Array.from({ length: steps }, () => langevinStep(denoiser.schedule, t, stepSize, convention))
  return runPlan({ view: 'sample', steps: plan }, { denoiser, x, noise, context: signal ? { signal } : {} })
}

/** One step at time t, with the score (α E[x₀ | x] − x)/σ². */
function langevinStep(schedule: Schedule, t: number, size: number, convention: LangevinConvention): PlannedStep {
  const drift = convention === 'half' ? size / 2 : size
  const pull = drift / schedule.sigma(t) ** 2
  const history = [pull * schedule.alpha(t)]
  return { t, s: t, stages: [{ evaluate: true, time: t, x: 1 - pull, history, noise: [Math.sqrt(2 * drift)] }] }
}
