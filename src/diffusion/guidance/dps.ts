/** Diffusion posterior sampling: DDPM's step, and a step down the gradient of the misfit. */
import { once } from '../../once.ts'
import { emptyLike, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { isLinear } from '../measure/operator.ts'
import { type Observation, residual } from '../measure/observation.ts'
import type { FreeSampler } from '../sample/sampler.ts'
import { type QuadraticMisfit, requireDifferentiable } from './differentiable.ts'
import { shiftedAncestral } from './shifted-ancestral.ts'

/** How far to step. */
export interface DpsOptions {
  /** ζ, the length of the step in units of the gradient; default 1. More for fewer steps. */
  readonly zeta?: number
}

/**
 * DPS: x_s = (DDPM's step) − ζ ∇_{x_t} ‖y − A(E[x₀ | x_t])‖, for any differentiable A. It uses E[x₀ | x_t] in the place
 * of x₀, and a step length that must be tuned: a heuristic that is exact for no prior, but works on images. The
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
  const quadratic = once(() => quadraticOf(observation))
  return shiftedAncestral(info, async ({ x, t, context }, denoiser) => {
    const differentiable = requireDifferentiable('dps', denoiser)
    const fused = differentiable.denoiseAndPull && quadratic()
    const both = fused && (await differentiable.denoiseAndPull!(x, t, fused, context))
    const mean = (both?.mean ?? (await denoiser.denoise(x, t, context))).slice()
    const misfit = residual(observation, await operator.forward(mean))
    /** ζ / ‖y − A(D)‖ of each item. */
    const steps = Float64Array.from({ length: misfit.length / m }, (_, item) => {
      const norm = Math.hypot(...misfit.subarray(item * m, (item + 1) * m))
      return norm === 0 ? 0 : zeta / norm
    })
    const v = emptyLike(x)
    if (!both) v.set(await operator.pullback(mean, misfit))
    const pulled = both?.pulled ?? (await differentiable.vjp(x, t, v, context))
    const size = x.length / steps.length
    return { mean, shift: pulled.map((value, i) => steps[Math.floor(i / size)]! * value) }
  })
}

/** Items of more numbers than this, 32 × 32 in colour, make a matrix that takes longer to read than the evaluation that it saves. */
const largestGram = 3072

/** Aᵀ A and Aᵀ y of a linear measurement of small items. */
function quadraticOf({ operator, y }: Observation): QuadraticMisfit | undefined {
  const n = sizeOf(operator.from)
  if (!isLinear(operator) || n > largestGram) return undefined
  const unit = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0))
  return {
    gram: Float32Array.from(operator.adjoint(operator.forward(unit))),
    target: Float32Array.from(operator.adjoint(y)),
  }
}
