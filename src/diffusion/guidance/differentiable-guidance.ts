/**
 * Classifier-free guidance of denoisers that know their derivative: D = (w + 1) D_c − w D_∅ is linear in both, and so is Jᵀ v. Guidance by measurements
 * then sees the guided mean and its own derivative.
 *
 * Classifier-Free Diffusion Guidance (Ho & Salimans, 2022), https://arxiv.org/abs/2207.12598
 */
import { type Conditions, doubledConditions } from '../denoise/conditions.ts'
import { type DenoiseContext, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import type { DifferentiableDenoiser } from './differentiable.ts'

/** How strongly, and away from what. */
export interface DifferentiableGuidance {
  readonly w: number
  /** The conditions of the other half, for one item, by name; those that are not named are the same in both. */
  readonly nothing?: Conditions | undefined
}

/**
 * The guided denoiser; two evaluations for each of the other's.
 *
 * @example
 * const guided = guidedWithDerivative(await modelVjp(model, engine, { batch: 4 }), { w: 3, nothing })
 */
export function guidedWithDerivative(
  denoiser: DifferentiableDenoiser,
  { w, nothing = {} }: DifferentiableGuidance,
): DifferentiableDenoiser {
  const size = sizeOf(denoiser.shape)
  const both = async (
    x: FloatArray,
    { conditions = {}, ...context }: DenoiseContext,
    evaluate: (context: DenoiseContext) => FloatArray | Promise<FloatArray>,
  ): Promise<FloatArray> => {
    const items = x.length / size
    const doubled = doubledConditions(conditions, nothing, items, items)
    const other = Object.fromEntries(
      Object.entries(doubled).map(([name, array]) => [name, array.subarray(array.length / 2)]),
    )
    const towards = await evaluate({ ...context, conditions })
    const away = await evaluate({ ...context, conditions: other })
    return towards.map((value, i) => (w + 1) * value - w * away[i]!)
  }
  return Object.freeze({
    schedule: denoiser.schedule,
    shape: denoiser.shape,
    symmetric: denoiser.symmetric,
    denoise: (x: FloatArray, t: number, context: DenoiseContext = {}) =>
      both(x, context, (each) => denoiser.denoise(x, t, each)),
    vjp: (x: FloatArray, t: number, v: FloatArray, context: DenoiseContext = {}) =>
      both(x, context, (each) => denoiser.vjp(x, t, v, each)),
  })
}
