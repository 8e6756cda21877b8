/**
 * Predictor–corrector sampling: a solver moves between noise levels, Langevin steps correct the distribution at each.
 */
import { throwIfAborted } from '../../interrupted.ts'
import { emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import type { Planner } from './plan.ts'
import { reverseSde } from './reverse-sde.ts'
import { requireFinite, runPlan } from './run-plan.ts'
import {
  defineSampler,
  type FreeSampler,
  type LinearSampler,
  type SampleStep,
  type SamplingProblem,
} from './sampler.ts'

/** The two halves. */
export interface PredictorCorrectorOptions {
  /** A sampler without memory, such as {@link reverseSde} (default), `ddpm` or `euler`. */
  readonly predictor?: LinearSampler
  /** Langevin steps before each step of the predictor; default 1. */
  readonly corrections?: number
  /** r, the size of the score's push against the noise's in a Langevin step; default 0.16. */
  readonly snr?: number
  /** τ = 2 r² in the place of r: a Langevin step is then x ← x − σ (δ ε + √(2δ) z) with δ = τ ‖z‖²/‖ε‖², as SDA and Appa have it. */
  readonly tau?: number
}

/**
 * Before each predictor step the corrector runs x ← x + δ ∇ log p + √(2δ) z with δ = 2 (r ‖z‖/‖∇ log p‖)², norms taken item
 * by item (the paper averages them over the batch, so that there an item depends on its neighbours; its factor α of the VP
 * case, 1 to within 2 %, is left out).
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), algorithms 2 to 5, https://arxiv.org/abs/2011.13456
 */
export function predictorCorrector(options: PredictorCorrectorOptions = {}): FreeSampler {
  const { predictor = reverseSde(), corrections = 1, tau } = options
  const snr = options.snr ?? (tau === undefined ? 0.16 : Math.sqrt(tau / 2))
  return defineSampler({
    name: `pc(${predictor.name})`,
    order: predictor.order,
    stochastic: true,
    evaluations: predictor.evaluations + corrections,
    use: 'score models of the SDE papers, 500 to 1000 steps',
    paper: 'https://arxiv.org/abs/2011.13456',
    async *run(problem): AsyncGenerator<SampleStep> {
      const { denoiser, times, x, noise } = problem
      const z = emptyLike(x)
      for (let index = 0; index < times.length - 1; index++) {
        const [t, s] = [times[index]!, times[index + 1]!]
        for (let k = 0; k < corrections; k++) {
          noise(z, index, k)
          await correct(problem, t, snr, z)
        }
        requireFinite(x, denoiser, index, t, s)
        const step = predict(predictor.plan, problem, t, s, index, corrections)
        for await (const { denoised } of step) yield { index, total: times.length - 1, t, s, x, denoised }
      }
    },
  })
}

/** One Langevin step at time t, in place. */
async function correct(
  { denoiser, x, context }: SamplingProblem,
  t: number,
  snr: number,
  z: FloatArray,
): Promise<void> {
  const { schedule, shape } = denoiser
  const size = sizeOf(shape)
  const [alpha, variance] = [schedule.alpha(t), schedule.sigma(t) ** 2]
  throwIfAborted(context.signal)
  const mean = await denoiser.denoise(x, t, context)
  for (let from = 0; from < x.length; from += size) {
    let [noise, score] = [0, 0]
    for (let i = from; i < from + size; i++) {
      noise += z[i]! ** 2
      score += ((alpha * mean[i]! - x[i]!) / variance) ** 2
    }
    const delta = 2 * snr ** 2 * (noise / score)
    for (let i = from; i < from + size; i++) {
      x[i]! += (delta * (alpha * mean[i]! - x[i]!)) / variance + Math.sqrt(2 * delta) * z[i]!
    }
  }
}

/** The predictor's own step from t to s, its draws numbered after the corrector's. */
function predict(plan: Planner, problem: SamplingProblem, t: number, s: number, index: number, corrections: number) {
  return runPlan(plan(problem.denoiser.schedule, [t, s]), {
    ...problem,
    noise: (out, _, draw) => problem.noise(out, index, corrections + draw),
  })
}
