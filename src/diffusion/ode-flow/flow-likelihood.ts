/**
 * The likelihood of items under a continuous flow: data are carried to t = 1, and the divergence is added up on the way,
 *
 *     log p₀(x₀) = log N(x₁; 0, I) + ∫₀¹ ∇·v(x_t, t) dt.
 *
 * FFJORD (Grathwohl et al., 2019), https://arxiv.org/abs/1810.01367
 */
import { fold, key, normal, rademacher } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { type DenoiseContext, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import type { Slope } from '../sample/dormand-prince.ts'
import type { FlowField } from './field.ts'
import { type FlowSolver, solveBy } from './solve.ts'

/** How the trace of the Jacobian is found. */
export type TraceKind = 'exact' | 'rademacher' | 'gaussian'

/** How to work out the likelihood. */
export interface FlowLikelihoodOptions extends DenoiseContext {
  /** Default `rk45`. */
  readonly solver?: FlowSolver | undefined
  /** Default `exact` up to 16 elements, else `rademacher`: one probe for each item, the same at all times. */
  readonly trace?: TraceKind | undefined
  /** Decides the probes; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** The number of the first item within all, when they come in batches. */
  readonly firstItem?: number | undefined
}

/** A likelihood, and the latents of the data. */
export interface FlowLikelihood {
  /** log p₀(x₀) of each item in nats, `[batch]`. */
  readonly logDensity: Float64Array
  /** x₁, `[batch, ...shape]`. */
  readonly latent: Float64Array
  /** Evaluations of the field with its divergence. */
  readonly evaluations: number
}

/** Up to this many elements the trace is worked out exactly. */
export const fewElements = 16

/**
 * The likelihood of some items.
 *
 * @param x0 data, `[batch, ...shape]`: densities are of these numbers, so bytes must be dequantised first
 * @throws TweedieError `shape` for numbers that are no whole items, `diverged` where the result is not finite
 */
export async function flowLikelihood(
  field: FlowField,
  x0: FloatArray,
  options: FlowLikelihoodOptions = {},
): Promise<FlowLikelihood> {
  const size = sizeOf(field.shape)
  const batch = x0.length / size
  if (!Number.isInteger(batch) || batch === 0) {
    throw new TweedieError('shape', `${x0.length} numbers are no items of [${field.shape.join(', ')}]`)
  }
  const { solver = { name: 'rk45' }, signal, conditions } = options
  const { trace = size <= fewElements ? 'exact' : 'rademacher' } = options
  const probe = trace === 'exact' ? undefined : probesOf(trace, batch, size, options)
  // each item with one more element, the integral of the divergence
  const stride = size + 1
  const state = new Float64Array(batch * stride)
  const x = new Float64Array(batch * size)
  const gather = (y: FloatArray): void => {
    for (let item = 0; item < batch; item++) x.set(y.subarray(item * stride, item * stride + size), item * size)
  }
  for (let item = 0; item < batch; item++) state.set(x0.subarray(item * size, (item + 1) * size), item * stride)
  let evaluations = 0
  const slope: Slope = async (t, y, out) => {
    throwIfAborted(signal)
    evaluations++
    gather(y)
    const at = await field.slopeAndDivergence(x, t, probe, { signal, conditions })
    for (let item = 0; item < batch; item++) {
      out.set(at.slope.subarray(item * size, (item + 1) * size), item * stride)
      out[item * stride + size] = at.divergence[item]!
    }
  }
  const steps = solveBy(solver, slope, state, { from: 0, to: 1, itemSize: stride })
  while (!(await steps.next()).done);
  gather(state)
  const logDensity = Float64Array.from({ length: batch }, (_, item) => {
    const square = x.subarray(item * size, (item + 1) * size).reduce((sum, value) => sum + value * value, 0)
    return state[item * stride + size]! - (square + size * Math.log(2 * Math.PI)) / 2
  })
  if (!logDensity.every(Number.isFinite)) {
    throw new TweedieError('diverged', 'the likelihood is not finite', {
      hint: 'are the data in the units that the model was trained on? or solve with a smaller tolerance',
    })
  }
  return Object.freeze({ logDensity, latent: x, evaluations })
}

/** Probes that depend on the item's number and not on its batch. */
export function probesOf(
  kind: Exclude<TraceKind, 'exact'>,
  batch: number,
  size: number,
  { seed = 0, firstItem = 0 }: Pick<FlowLikelihoodOptions, 'seed' | 'firstItem'>,
): Float64Array {
  const probes = new Float64Array(batch * size)
  for (let item = 0; item < batch; item++) {
    const stream = fold(key(seed), 'probe', firstItem + item)
    const part = probes.subarray(item * size, (item + 1) * size)
    if (kind === 'gaussian') normal(stream, part)
    else rademacher(stream, part)
  }
  return probes
}
