/**
 * The trace of a denoiser's Jacobian, tr ∂E[x₀|x]/∂x: what a probability-flow likelihood needs besides the mean. Exact, or
 * estimated by probes v of unit variance as vᵀ (∂E[x₀|x]/∂x) v, whose expectation is the trace (Hutchinson, 1989).
 */
import type { AnalyticDenoiser } from './analytic.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from './denoiser.ts'

/** A mean and the trace of its Jacobian. */
export interface MeanAndTrace {
  /** E[x₀ | x_t], `[batch, ...shape]`, a new array. */
  readonly mean: FloatArray
  /** `[batch]`. */
  readonly trace: Float64Array
}

/** A denoiser that knows its Jacobian. */
export interface DivergenceDenoiser extends Denoiser {
  /**
   * The posterior mean and the trace of its Jacobian.
   *
   * @param x noisy data, `[batch, ...shape]`
   * @param probe v, as large as `x`: then the trace is vᵀ J v of each item; left out, it is exact
   */
  denoiseAndTrace(
    x: FloatArray,
    t: number,
    probe?: FloatArray,
    context?: DenoiseContext,
  ): MeanAndTrace | Promise<MeanAndTrace>
}

/** Whether a denoiser knows its Jacobian. */
export function knowsDivergence(denoiser: Denoiser): denoiser is DivergenceDenoiser {
  return 'denoiseAndTrace' in denoiser
}

/**
 * A closed form: by Tweedie's second-order formula ∂E[x₀|x]/∂x = (α/σ²) Cov[x₀|x], so the trace is (α/σ²) Σ Var[x₀|x].
 * With a probe, vᵀ J v is a difference quotient.
 */
export function analyticDivergence(denoiser: AnalyticDenoiser): DivergenceDenoiser & AnalyticDenoiser {
  const { schedule } = denoiser
  const size = sizeOf(denoiser.shape)
  const quotient = finiteDivergence(denoiser)
  return Object.freeze({
    ...denoiser,
    denoiseAndTrace(x: FloatArray, t: number, probe?: FloatArray) {
      if (probe) return quotient.denoiseAndTrace(x, t, probe)
      const factor = schedule.alpha(t) / schedule.sigma(t) ** 2
      const variance = denoiser.variance(x, t)
      return { mean: denoiser.denoise(x, t), trace: dot(variance, undefined, size).map((sum) => factor * sum) }
    },
  })
}

/**
 * Any denoiser in double precision, by central differences: two evaluations for a probe, and two for each element of an
 * item for the exact trace.
 *
 * @param step the distance of the two points, in units of the size of x; default 1e-5
 */
export function finiteDivergence(denoiser: Denoiser, step = 1e-5): DivergenceDenoiser {
  const size = sizeOf(denoiser.shape)
  /** vᵀ (D(x + h v) − D(x − h v)) / 2h. */
  const quotient = async (x: FloatArray, t: number, v: FloatArray, context?: DenoiseContext): Promise<Float64Array> => {
    const h = step * Math.max(1, denoiser.schedule.sigma(t))
    const at = async (sign: number): Promise<Float64Array> =>
      Float64Array.from(
        await denoiser.denoise(
          Float64Array.from(x, (value, i) => value + sign * h * v[i]!),
          t,
          context,
        ),
      )
    const [up, down] = [await at(1), await at(-1)]
    return dot(
      v,
      up.map((value, i) => (value - down[i]!) / (2 * h)),
      size,
    )
  }
  return Object.freeze({
    ...denoiser,
    async denoiseAndTrace(x: FloatArray, t: number, probe?: FloatArray, context?: DenoiseContext) {
      const trace = new Float64Array(x.length / size)
      for (const v of probe ? [probe] : basis(x, size)) {
        const part = await quotient(x, t, v, context)
        part.forEach((value, item) => (trace[item]! += value))
      }
      return { mean: await denoiser.denoise(x, t, context), trace }
    },
  })
}

/** The unit vectors of an item, for all items of a batch at once; each array is reused for the next. */
export function* basis(x: FloatArray, size: number): Generator<FloatArray> {
  const v = emptyLike(x)
  for (let i = 0; i < size; i++) {
    for (let at = i; at < v.length; at += size) v[at] = 1
    yield v
    for (let at = i; at < v.length; at += size) v[at] = 0
  }
}

/** Σ a b over each item; b left out is 1. */
export function dot(a: FloatArray, b: FloatArray | undefined, size: number): Float64Array {
  const out = new Float64Array(a.length / size)
  for (let i = 0; i < a.length; i++) out[Math.floor(i / size)]! += b ? a[i]! * b[i]! : a[i]!
  return out
}
