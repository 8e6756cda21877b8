/**
 * Classifier-free guidance of denoisers that know their derivative: D = (w + 1) D_c − w D_∅ is linear in both, and so is Jᵀ v. Guidance by measurements
 * then sees the guided mean and its own derivative. Of prompts that are composed, D = D_∅ + s Σ_i w_i (D_i − D_∅) with s = w + 1, and the derivative is the same sum.
 *
 * - Classifier-Free Diffusion Guidance (Ho & Salimans, 2022), https://arxiv.org/abs/2207.12598
 * - Compositional Visual Generation with Composable Diffusion Models (Liu et al., 2022), https://arxiv.org/abs/2206.01714
 */
import { type Conditions, doubledConditions } from '../denoise/conditions.ts'
import { type DenoiseContext, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { type ItemShare, sharesOfItems } from './composed-items.ts'
import type { DifferentiableDenoiser } from './differentiable.ts'

/** How strongly, and away from what. */
export interface DifferentiableGuidance {
  readonly w: number
  /** The conditions of the other half, for one item, by name; those that are not named are the same in both. */
  readonly nothing?: Conditions | undefined
  /** How many terms the conditions of each call have, see `packedTerms`; default 1, which are the conditions themselves. */
  readonly terms?: number | undefined
}

/**
 * The guided denoiser; an evaluation for each term, and one for nothing, for each of the other's.
 *
 * @example
 * const guided = guidedWithDerivative(await modelVjp(model, engine, { batch: 4 }), { w: 3, nothing })
 */
export function guidedWithDerivative(
  denoiser: DifferentiableDenoiser,
  { w, nothing = {}, terms = 1 }: DifferentiableGuidance,
): DifferentiableDenoiser {
  const size = sizeOf(denoiser.shape)
  const sum = async (
    x: FloatArray,
    { conditions = {}, ...context }: DenoiseContext,
    evaluate: (context: DenoiseContext) => FloatArray | Promise<FloatArray>,
  ): Promise<FloatArray> => {
    const items = x.length / size
    const parts =
      terms > 1
        ? sharesOfItems(conditions, { terms, nothing, scale: w + 1 }, items)
        : bothHalves(conditions, nothing, w, items)
    const out = emptyLike(x)
    for (const { shares, conditions: own } of parts) {
      const values = await evaluate({ ...context, conditions: own })
      for (let i = 0; i < out.length; i++) out[i]! += shares[Math.floor(i / size)]! * values[i]!
    }
    return out
  }
  return Object.freeze({
    schedule: denoiser.schedule,
    shape: denoiser.shape,
    symmetric: denoiser.symmetric,
    denoise: (x: FloatArray, t: number, context: DenoiseContext = {}) =>
      sum(x, context, (each) => denoiser.denoise(x, t, each)),
    vjp: (x: FloatArray, t: number, v: FloatArray, context: DenoiseContext = {}) =>
      sum(x, context, (each) => denoiser.vjp(x, t, v, each)),
  })
}

/** The items under their conditions, and under none. */
function bothHalves(conditions: Conditions, nothing: Conditions, w: number, items: number): readonly ItemShare[] {
  const doubled = doubledConditions(conditions, nothing, items, items)
  const away = Object.fromEntries(
    Object.entries(doubled).map(([name, array]) => [name, array.subarray(array.length / 2)]),
  )
  return [
    { conditions, shares: new Float32Array(items).fill(w + 1) },
    { conditions: away, shares: new Float32Array(items).fill(-w) },
  ]
}
