/**
 * A field v(x, t), the right-hand side of dx/dt = v. Data lie at t = 0 and white noise at t = 1, as everywhere in the house. As an
 * expression of the graph it is trained; as a function of arrays it is solved.
 */
import type { Tensor } from '../../engine/graph/index.ts'
import type { DenoiseContext, FloatArray } from '../denoise/denoiser.ts'

/**
 * A field as an expression.
 *
 * @param x `[N, ...shape]`, or the same items several times, one whole batch after another, `[k N, ...shape]`
 * @param t one time for all items, `[1]`
 * @returns v(x, t), as large as x
 */
export type FieldGraph = (x: Tensor, t: Tensor) => Tensor

/** A slope with its divergence. */
export interface SlopeAndDivergence {
  /** v(x, t), `[batch, ...shape]`. */
  readonly slope: FloatArray
  /** tr ∂v/∂x, or its estimate εᵀ (∂v/∂x) ε, `[batch]`. */
  readonly divergence: Float64Array
}

/** A field as a function of arrays; its conditions come with each call. */
export interface FlowField {
  /** The shape of one item. */
  readonly shape: readonly number[]
  /** v(x, t): a new array. */
  slope(x: FloatArray, t: number, context?: DenoiseContext): FloatArray | Promise<FloatArray>
  /**
   * v(x, t) and its divergence.
   *
   * @param probe ε, as large as `x`; left out, the trace is exact
   */
  slopeAndDivergence(
    x: FloatArray,
    t: number,
    probe?: FloatArray,
    context?: DenoiseContext,
  ): SlopeAndDivergence | Promise<SlopeAndDivergence>
}
