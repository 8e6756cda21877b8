/**
 * The likelihood of the probability flow dx/dt = v(x, t) = α′ x₀ + σ′ ε, whose marginals are those of the diffusion. Along
 * it the density changes as the flow spreads, so
 *
 *     log p₀(x₀) = log p_T(x_T) + ∫₀ᵀ ∇·v(x_t, t) dt.
 *
 * - Score-Based Generative Modeling through SDEs (Song et al., 2021), section 4.3 and appendix D.2, https://arxiv.org/abs/2011.13456
 * - FFJORD (Grathwohl et al., 2019), https://arxiv.org/abs/1810.01367
 */
import type { DenoiseContext, FloatArray } from '../denoise/denoiser.ts'
import { sizeOf } from '../denoise/denoiser.ts'
import { type DivergenceDenoiser, dot } from '../denoise/divergence.ts'
import { viewOf } from '../denoise/parametrisation.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { type Schedule, timeOfNoiseLevel } from '../noise/schedule.ts'
import { fold, key, normal, rademacher } from '../../engine/random/index.ts'
import { dormandPrince, type Slope } from '../sample/dormand-prince.ts'
import { fixedSteps } from './fixed-steps.ts'

/** How the equation is solved. */
export type OdeSolver =
  /** Dormand and Prince's adaptive method; both tolerances default to 1e-5. */
  | { readonly name: 'rk45'; readonly relative?: number; readonly absolute?: number }
  /** The classical method of order four, in this many equal steps of the log-SNR. */
  | { readonly name: 'rk4'; readonly steps: number }

/** How to work out the likelihood. */
export interface OdeLikelihoodOptions {
  /** Default `rk45`. */
  readonly solver?: OdeSolver
  /**
   * `exact` — the whole trace, as many products with the Jacobian as an item has elements (closed forms: one);
   * `rademacher`, `gaussian` — Hutchinson's estimate with one probe of signs, or of normal numbers, for each item and
   * draw. Default `exact` up to 16 elements, else `rademacher`.
   */
  readonly trace?: 'exact' | 'rademacher' | 'gaussian'
  /** The time of the data; default where σ/α = 0.001, or the first level of a table. */
  readonly from?: number
  /** The time of the prior; default 1. */
  readonly to?: number
  /** log p_T of each item, `[batch]`; default white noise of variance α² + σ², what samplers start from. */
  readonly prior?: (x: FloatArray, t: number) => Float64Array
  /** Decides the probes; default 0. */
  readonly seed?: number | bigint | string
  /** The number of the first item within all, when they come in batches. */
  readonly firstItem?: number
  /** The number of the draw, for estimates that are averaged; default 0. */
  readonly draw?: number
  readonly signal?: AbortSignal
  /** Called after each step with the time reached. */
  readonly onStep?: (t: number) => void
}

/** A likelihood, and the latents of the data. */
export interface OdeLikelihood {
  /** log p₀(x₀) of each item, in nats, `[batch]`. */
  readonly logDensity: Float64Array
  /** x_T, the latent code of each item, `[batch, ...shape]`. */
  readonly latent: Float64Array
  /** Evaluations of the denoiser with its Jacobian. */
  readonly evaluations: number
}

/** Up to this many elements the trace is worked out exactly. */
const fewElements = 16

/**
 * The likelihood of some items.
 *
 * @param x0 data, `[batch, ...shape]`: densities are of these numbers, so bytes must be dequantised first @throws
 * TweedieError `diverged` if the solver needs too many steps
 * @example
 * const components = [{ mean: [-1], covariance: 0.1 }, { mean: [1], covariance: 0.2 }]
 * const mixture = mixtureDenoiser({ schedule: cosineSchedule(), components })
 * const { logDensity } = await odeLikelihood(analyticDivergence(mixture), Float64Array.of(0.3, -1), { trace: 'exact' })
 */
export async function odeLikelihood(
  denoiser: DivergenceDenoiser,
  x0: FloatArray,
  options: OdeLikelihoodOptions = {},
): Promise<OdeLikelihood> {
  const { schedule, shape } = denoiser
  const size = sizeOf(shape)
  const batch = x0.length / size
  if (!Number.isInteger(batch) || batch === 0) {
    throw new TweedieError('shape', `${x0.length} numbers are no items of [${shape.join(', ')}]`)
  }
  const { solver = { name: 'rk45' }, signal, onStep } = options
  const { trace = size <= fewElements ? 'exact' : 'rademacher' } = options
  const [from, to] = [options.from ?? firstTime(schedule), options.to ?? 1]
  const context: DenoiseContext = signal ? { signal } : {}
  const probe = trace === 'exact' ? undefined : probeOf(trace, batch, size, options)
  /** vᵀ v: what the identity adds to a trace. */
  const identity = probe ? dot(probe, probe, size) : new Float64Array(batch).fill(size)

  // The solver's state: each item with one more element, the integral of the divergence.
  const stride = size + 1
  const state = new Float64Array(batch * stride)
  const x = new Float64Array(batch * size)
  const scale = schedule.alpha(from)
  for (let item = 0; item < batch; item++) {
    for (let i = 0; i < size; i++) state[item * stride + i] = scale * x0[item * size + i]!
  }
  let evaluations = 0
  const slope: Slope = async (t, y, out) => {
    throwIfAborted(signal)
    evaluations++
    const view = viewOf('flow', schedule, t)
    for (let item = 0; item < batch; item++) x.set(y.subarray(item * stride, item * stride + size), item * size)
    const { mean, trace: jacobian } = await denoiser.denoiseAndTrace(x, t, probe, context)
    for (let item = 0; item < batch; item++) {
      const at = item * stride
      for (let i = 0; i < size; i++) out[at + i] = view.x * y[at + i]! + view.mean * mean[item * size + i]!
      out[at + size] = view.x * identity[item]! + view.mean * jacobian[item]!
    }
  }
  const steps =
    solver.name === 'rk45'
      ? dormandPrince(slope, state, from, to, { ...solver, itemSize: stride, maxSteps: 2000 })
      : fixedSteps(slope, state, logSnrGrid(schedule, from, to, solver.steps))
  for await (const { to: reached } of steps) onStep?.(reached)

  const latent = new Float64Array(batch * size)
  for (let item = 0; item < batch; item++) {
    latent.set(state.subarray(item * stride, item * stride + size), item * size)
  }
  const { prior = whiteNoise(schedule, size) } = options
  const logDensity = prior(latent, to).map((log, item) => log + state[item * stride + size]! + size * Math.log(scale))
  if (!logDensity.every(Number.isFinite)) {
    throw new TweedieError('diverged', 'the likelihood is not finite', {
      hint: 'begin at a later time, or solve with a smaller tolerance',
    })
  }
  return Object.freeze({ logDensity, latent, evaluations })
}

/** log N(x; 0, (α² + σ²) I) of each item. */
function whiteNoise(schedule: Schedule, size: number): NonNullable<OdeLikelihoodOptions['prior']> {
  return (x, t) => {
    const variance = schedule.alpha(t) ** 2 + schedule.sigma(t) ** 2
    return dot(x, x, size).map((square) => -(square / variance + size * Math.log(2 * Math.PI * variance)) / 2)
  }
}

function firstTime(schedule: Schedule): number {
  return Math.max(timeOfNoiseLevel(schedule, 1e-3), schedule.table ? 1 / schedule.table.steps : 0)
}

function probeOf(
  kind: 'rademacher' | 'gaussian',
  batch: number,
  size: number,
  { seed = 0, firstItem = 0, draw = 0 }: OdeLikelihoodOptions,
): Float64Array {
  const probe = new Float64Array(batch * size)
  for (let item = 0; item < batch; item++) {
    const stream = fold(key(seed), 'probe', firstItem + item, draw)
    const part = probe.subarray(item * size, (item + 1) * size)
    if (kind === 'gaussian') normal(stream, part)
    else rademacher(stream, part)
  }
  return probe
}

/** Equal steps of log-SNR; if no signal is left at the end, the last step goes all the way. */
function logSnrGrid(schedule: Schedule, from: number, to: number, steps: number): number[] {
  const last = Math.max(schedule.logSnr(to), -14)
  const first = schedule.logSnr(from)
  return Array.from({ length: steps + 1 }, (_, i) =>
    i === 0 ? from : i === steps ? to : schedule.timeOfLogSnr(first + ((last - first) * i) / steps),
  )
}
