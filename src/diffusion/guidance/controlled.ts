/** Control by gradient steps on the latent, Diffusion-LM's: DDPM's step, then a few steps towards the requirement. */
import { emptyLike, type FloatArray } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { transition } from '../noise/kernel.ts'
import { requireFinite } from '../sample/run-plan.ts'
import { defineSampler, type FreeSampler } from '../sample/sampler.ts'
import type { ClassGradient } from './classifier.ts'

/** The settings of control. */
export interface ControlOptions {
  /** λ, how much fluency counts against control; default 0.01. */
  readonly lambda?: number
  /** Gradient steps in every step of diffusion; default 3. */
  readonly rounds?: number
  /** η, the length of each: 1 goes all the way; default 0.1. */
  readonly rate?: number
  /** No vector is pushed by more than so many times the length of DDPM's noise; default 1. */
  readonly reach?: number
  /** τ: 0 climbs to the best latent (default), 1 draws latents by their probability. */
  readonly temperature?: number
}

/**
 * After DDPM's step from t to s, whose law N(μ, β̃ I) is p(x_s | x_t), the latent climbs
 *
 *     λ log p(x_s | x_t) + log p(c | x_s)
 *
 * in steps as long as the law is wide, x ← x + η ((β̃/λ) ∇ log p(c | x) − (x − μ)) + τ √(1 − (1 − η)²) √β̃ z. Without noise it goes
 * to the best latent, as the paper's Adagrad does. With τ = 1 it is a Langevin walk, and its law that of p(x_s | x_t) p(c | x_s)^{1/λ}
 * after many small rounds: with λ = 1 that of the data given c. After n rounds, 1 − (1 − η)ⁿ of the way is gone.
 *
 * Diffusion-LM Improves Controllable Text Generation (Li et al., 2022), section 5.1, https://arxiv.org/abs/2205.14217
 *
 * @param gradient ∇ log p(c | x_s)
 */
export function controlled(
  gradient: ClassGradient,
  { lambda = 0.01, rounds = 3, rate = 0.1, reach = 1, temperature = 0 }: ControlOptions = {},
): FreeSampler {
  check('lambda', lambda, lambda > 0 && lambda < Infinity, 'a positive number')
  check('rounds', rounds, Number.isInteger(rounds) && rounds >= 0, 'a whole number of 0 or more')
  check('rate', rate, rate > 0 && rate <= 1, 'above 0 and at most 1')
  check('reach', reach, reach > 0, 'a positive number')
  check('temperature', temperature, temperature >= 0 && temperature < Infinity, '0 or more')
  return defineSampler({
    name: `controlled(${lambda})`,
    order: 1,
    stochastic: true,
    evaluations: 1,
    use: 'towards what a gradient asks for, with a weight on fluency; many steps',
    paper: 'https://arxiv.org/abs/2205.14217',
    async *run({ denoiser, times, x, noise, context }) {
      const { schedule, shape } = denoiser
      const [z, mean] = [emptyLike(x), emptyLike(x)]
      for (let index = 0; index + 1 < times.length; index++) {
        throwIfAborted(context.signal)
        const [t, s] = [times[index]!, times[index + 1]!]
        const denoised = (await denoiser.denoise(x, t, context)).slice()
        const { posterior } = transition(schedule, s, t)
        const spread = Math.sqrt(posterior.variance)
        if (spread > 0) noise(z, index, 0)
        for (let i = 0; i < x.length; i++) {
          mean[i] = posterior.x * x[i]! + posterior.sample * denoised[i]!
          x[i] = mean[i]! + spread * z[i]!
        }
        for (let round = 1; round <= (spread > 0 ? rounds : 0); round++) {
          const push = (await gradient(x, s, context)).map((value) => (posterior.variance / lambda) * value)
          shorten(push, shape.at(-1)!, reach * spread)
          const fresh = temperature * spread * Math.sqrt(1 - (1 - rate) ** 2)
          if (fresh > 0) noise(z, index, round)
          for (let i = 0; i < x.length; i++) {
            x[i]! += rate * (push[i]! - (x[i]! - mean[i]!)) + (fresh > 0 ? fresh * z[i]! : 0)
          }
        }
        requireFinite(x, denoiser, index, t, s)
        yield { index, total: times.length - 1, t, s, x, denoised }
      }
    },
  })
}

/** Vectors, rows of `size`, that are longer than `limit` √size are brought back to it. */
function shorten(push: FloatArray, size: number, limit: number): void {
  for (let from = 0; from < push.length; from += size) {
    const row = push.subarray(from, from + size)
    const length = Math.hypot(...row)
    const most = limit * Math.sqrt(size)
    if (length > most) for (let i = 0; i < size; i++) row[i]! *= most / length
  }
}

function check(name: string, value: number, good: boolean, allowed: string): void {
  if (!good) throw new TweedieError('usage', `${name} is ${value}: it must be ${allowed}`)
}
