/** The interface of optimisers: one update of one flat array of parameters, in place. */
import { TweedieError } from '../../errors.ts'
import { globalNorm } from './norm.ts'

/** The state of an optimiser between updates. A checkpoint that holds it continues exactly. */
export interface OptimizerState {
  /** Updates made. */
  step: number
  /** Arrays as long as the parameters, by name: `m` and `v` of Adam, `velocity` of momentum. */
  readonly slots: Readonly<Record<string, Float32Array>>
}

/** Options of one update. */
export interface UpdateOptions {
  /** Longer gradients are shortened to this norm. */
  readonly clipNorm?: number
  /** Multiplies the gradients first: 1 / n turns a sum over n ranks into a mean. */
  readonly gradientScale?: number
  /** A running average of the parameters, updated in the same pass: `ema ← decay · ema + (1 − decay) · params`. */
  readonly ema?: { readonly average: Float32Array; readonly decay: number }
}

/** A rule that moves parameters against their gradients. */
export interface Optimizer {
  readonly name: string
  /** The state before the first update, for `size` parameters. */
  init(size: number): OptimizerState
  /**
   * One update of `params`, `state` and the average, in place.
   *
   * @param rate the learning rate
   * @returns the norm of the (scaled) gradient before clipping; when it is not finite, nothing was changed
   */
  update(
    params: Float32Array,
    gradients: Float32Array,
    state: OptimizerState,
    rate: number,
    options?: UpdateOptions,
  ): number
}

/** The part that differs between optimisers: elements `from ≤ i < to`, the gradients to be multiplied by `scale`. */
export interface Pass {
  readonly params: Float32Array
  readonly gradients: Float32Array
  readonly average: Float32Array
  readonly scale: number
  /** `1 − decay` of the running average; 0 where there is none (the average is then the parameters themselves). */
  readonly follow: number
}

/** Checks the arrays, measures and clips the gradient, and calls `apply` unless the gradient is broken. */
export function guarded(
  params: Float32Array,
  gradients: Float32Array,
  state: OptimizerState,
  options: UpdateOptions,
  apply: (pass: Pass) => void,
): number {
  const { norm, pass } = measured(params, gradients, state, options)
  if (pass) apply(pass)
  return norm
}

/**
 * Checks the arrays, and measures and clips the gradient.
 *
 * @returns the norm of the scaled gradient, and what an update needs unless the gradient is broken
 * @throws TweedieError `shape` for arrays of different lengths, `usage` for an impossible `clipNorm`
 */
export function measured(
  params: Float32Array,
  gradients: Float32Array,
  state: OptimizerState,
  { clipNorm = Infinity, gradientScale = 1, ema }: UpdateOptions,
): { readonly norm: number; readonly pass: Pass | undefined } {
  const others = { gradients, ...state.slots, ...(ema && { average: ema.average }) }
  for (const [name, array] of Object.entries(others)) {
    if (array.length !== params.length) {
      throw new TweedieError('shape', `optimiser: ${array.length} ${name} for ${params.length} parameters`)
    }
  }
  if (!(clipNorm > 0)) throw new TweedieError('usage', `clipNorm is ${clipNorm}, expected a positive number`)
  const norm = globalNorm(gradients) * Math.abs(gradientScale)
  if (!Number.isFinite(norm)) return { norm, pass: undefined }
  const pass = {
    params,
    gradients,
    average: ema?.average ?? params,
    scale: norm > clipNorm ? (gradientScale * clipNorm) / norm : gradientScale,
    follow: ema === undefined ? 0 : 1 - ema.decay,
  }
  return { norm, pass }
}
