/** Diffusion posterior sampling: DDPM's step, and a step down the gradient of the misfit. */
import { emptyLike, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../errors.ts'
import { type Observation, residual } from '../measure/observation.ts'
import type { FreeSampler } from '../sample/sampler.ts'
import { requireDifferentiable } from './differentiable.ts'
import { shiftedAncestral } from './shifted-ancestral.ts'

/** How far to step. */
export interface DpsOptions {
  /** ζ, the length of the step in units of the gradient; default 1. More for fewer steps. */
  readonly zeta?: number
}

/**
 * DPS: x_s = (DDPM's step) − ζ ∇_{x_t} ‖y − A(E[x₀ | x_t])‖, for any differentiable A. It takes E[x₀ | x_t] for all that is
 * known of x₀, and a step of a length that is tuned: a heuristic that is exact for no prior, but works on images. The
 * denoiser that is sampled must know its derivative.
 *
 * Diffusion Posterior Sampling for General Noisy Inverse Problems (Chung et al., 2023), algorithm 1,
 * https://arxiv.org/abs/2209.14687
 *
 * @example
 * const x = await sampleFinal(denoiser, { sampler: dps(observation(operator, y, 0.05)), times: uniformTimes(1000) })
 */
export function dps(observation: Observation, { zeta = 1 }: DpsOptions = {}): FreeSampler {
  if (!(zeta >= 0 && Number.isFinite(zeta))) throw new TweedieError('usage', `zeta is ${zeta}: 0 or more`)
  const { operator } = observation
  const m = sizeOf(operator.to)
  const info = {
    name: 'dps',
    use: 'draws given any differentiable measurement; many steps',
    paper: 'https://arxiv.org/abs/2209.14687',
  }
  return shiftedAncestral(info, async ({ x, mean, t, context }, denoiser) => {
    const differentiable = requireDifferentiable('dps', denoiser)
    const misfit = residual(observation, await operator.forward(mean))
    for (let first = 0; first < misfit.length; first += m) {
      const item = misfit.subarray(first, first + m)
      const norm = Math.hypot(...item)
      for (let k = 0; k < m; k++) item[k]! *= norm === 0 ? 0 : zeta / norm
    }
    const v = emptyLike(x)
    v.set(await operator.pullback(mean, misfit))
    return differentiable.vjp(x, t, v, context)
  })
}
