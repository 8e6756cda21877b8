/**
 * Guidance by a measurement y = A(x₀) + n. The posterior mean given y as well follows from Tweedie's formula with the score
 * of the likelihood added,
 *
 *     E[x₀ | x_t, y] = D + (σ²/α) ∇_{x_t} log p(y | x_t),    D = E[x₀ | x_t],
 *
 * and p(y | x_t) = ∫ p(y | x₀) p(x₀ | x_t) dx₀ is Gaussian where p(x₀ | x_t) is, with mean A D and covariance Σ_y + A C Aᵀ:
 *
 *     E[x₀ | x_t, y] ≈ D + (σ²/α) Jᵀ Aᵀ (Σ_y + A C Aᵀ)⁻¹ (y − A(D)).
 *
 * Methods differ in what they take for C, the covariance of x₀ given x_t: {@link piGdm} a multiple of the identity,
 * {@link mmps} the covariance itself, (σ²/α) J, {@link sda} puts γ (σ/α)² I for A C Aᵀ. {@link proximal} (DiffPIR) puts C for (σ²/α) Jᵀ as well, and needs no
 * derivative. Of a nonlinear A its derivative at D stands for A.
 */
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { type Observation, requireNoise, residual, sigmaAt } from '../measure/observation.ts'
import { isLinear } from '../measure/operator.ts'
import type { Svd } from '../measure/svd.ts'
import { noiseLevel, type Schedule } from '../noise/schedule.ts'
import { conjugateGradients, type SolveOptions } from './conjugate-gradients.ts'
import { type DifferentiableDenoiser } from './differentiable.ts'
import { gmres } from './gmres.ts'

/** ΠGDM's covariance. */
export interface PiGdmOptions {
  /** The variance of each element of the data, which decides r_t; default 1. */
  readonly dataVariance?: number
}

/**
 * ΠGDM: C = r_t² I, with r_t² = c s²/(c + s²) for the noise level s = σ/α and data of variance c: the posterior variance of
 * data N(0, c I), for which it is exact. One derivative an evaluation.
 *
 * Pseudoinverse-Guided Diffusion Models for Inverse Problems (Song et al., 2023), https://openreview.net/forum?id=9_gsMA8MRKQ
 */
export function piGdm(
  denoiser: DifferentiableDenoiser,
  observation: Observation,
  { dataVariance = 1 }: PiGdmOptions = {},
): Denoiser {
  requirePositive('dataVariance', dataVariance)
  return guided(denoiser, observation, async ({ v, t, pullSolved, context, x }) => {
    const variance = shrink(noiseLevel(denoiser.schedule, t) ** 2, dataVariance)
    return denoiser.vjp(x, t, toLike(x, await pullSolved(v, variance)), context)
  })
}

/** SDA's variance. */
export interface SdaOptions {
  /** γ: the variance of A(x₀) given x_t, in units of (σ/α)²; default 0.01. */
  readonly gamma?: number
}

/**
 * SDA's likelihood, p(y | x_t) ≈ N(y; A(D), Σ_y + γ (σ/α)² I): the variance grows with the noise, and the measurement is believed the less the
 * more x₀ is in doubt. γ is tuned; at small noise, where Σ_y counts, it hardly matters. One derivative an evaluation, for any
 * A, and no system to solve. A small γ needs many steps, 250 or so: where the data are in doubt by more, the mean is moved too far. The paper samples it by a predictor with Langevin corrections: `predictorCorrector`.
 *
 * Score-based Data Assimilation (Rozet & Louppe, 2023), equation 15, https://arxiv.org/abs/2306.10574
 *
 * @throws TweedieError `usage` for a γ that is not positive
 * @example
 * const guided = sda(composeWindows(windows, { length: 65 }), observed, { gamma: 0.03 })
 */
export function sda(
  denoiser: DifferentiableDenoiser,
  observation: Observation,
  { gamma = 0.01 }: SdaOptions = {},
): Denoiser {
  requirePositive('gamma', gamma)
  return guided(denoiser, observation, async ({ v, t, pull, context, x }) => {
    const doubt = gamma * noiseLevel(denoiser.schedule, t) ** 2
    const m = sizeOf(observation.operator.to)
    const u = v.map((value, i) => value / (sigmaAt(observation.sigma, i % m) ** 2 + doubt))
    return denoiser.vjp(x, t, toLike(x, await pull(u)), context)
  })
}

/** The accuracy of MMPS. */
export interface MmpsOptions extends Partial<SolveOptions> {
  /** What solves the system; by default `gmres` where the denoiser's derivative is not `symmetric`, else conjugate gradients. */
  readonly solver?: 'cg' | 'gmres' | undefined
}

/**
 * Moment matching: C = (σ²/α) J, the covariance that the denoiser itself implies. Exact for Gaussian data and linear A. The
 * system is solved by conjugate gradients, one derivative of the denoiser to an iteration; by GMRES, as in Appa, where the
 * derivative is not symmetric.
 *
 * Learning Diffusion Priors from Observations by Expectation Maximization (Rozet et al., 2024), algorithm 3,
 * https://arxiv.org/abs/2405.13712
 *
 * @param options `iterations`: default 3, and one more derivative at the end; `tolerance`: of the solution, default 1e-10
 */
export function mmps(
  denoiser: DifferentiableDenoiser,
  observation: Observation,
  { iterations = 3, solver = denoiser.symmetric === false ? 'gmres' : 'cg', ...options }: MmpsOptions = {},
): Denoiser {
  requireNoise('mmps', observation)
  if (!(Number.isInteger(iterations) && iterations > 0)) {
    throw new TweedieError('usage', `${iterations} iterations: a positive whole number`)
  }
  return guided(denoiser, observation, async ({ v, t, pull, push, solve, context, x }) => {
    const factor = covarianceFactor(denoiser.schedule, t)
    const covariance = async (w: Float64Array): Promise<Float64Array> => {
      const product = await denoiser.vjp(x, t, toLike(x, await pull(w)), context)
      return scaled(await push(product), factor)
    }
    const u = await solve(v, covariance, { iterations, ...options }, solver)
    return denoiser.vjp(x, t, toLike(x, await pull(u)), context)
  })
}

/** How far the mean may be moved. */
export interface ProximalOptions {
  /** λ: how much the mean counts against the measurement; default 1. */
  readonly lambda?: number
}

/**
 * DiffPIR's data step, a denoiser without derivatives:
 *
 *     argmin_x ‖y − A x‖²_{Σ_y⁻¹} + λ ‖x − D‖² / s² = D + r² Aᵀ (Σ_y + r² A Aᵀ)⁻¹ (y − A D),    r² = s²/λ, s = σ/α.
 *
 * The paper samples it with `diffPirSampler`.
 *
 * Denoising Diffusion Models for Plug-and-Play Image Restoration (Zhu et al., 2023), https://arxiv.org/abs/2305.08995
 */
export function proximal(denoiser: Denoiser, observation: Observation, { lambda = 1 }: ProximalOptions = {}): Denoiser {
  requirePositive('lambda', lambda)
  requireNoise('diffpir', observation)
  const { schedule, shape } = denoiser
  return Object.freeze({
    schedule,
    shape,
    async denoise(x: FloatArray, time: number, context?: DenoiseContext): Promise<FloatArray> {
      const t = withSignal(schedule, time)
      const mean = (await denoiser.denoise(x, t, context)).slice()
      const { pullSolved, v } = await system(observation, mean)
      const variance = noiseLevel(schedule, t) ** 2 / lambda
      const shift = await pullSolved(v, variance)
      for (let i = 0; i < mean.length; i++) mean[i]! += variance * shift[i]!
      return mean
    },
  })
}

/** (σ²/α): from the derivative of the mean to the covariance. */
function covarianceFactor(schedule: Schedule, t: number): number {
  return schedule.sigma(t) ** 2 / schedule.alpha(t)
}

/** Where no signal is left the factor is infinite and the derivative zero: an earlier time, at which x_t looks the same. */
function withSignal(schedule: Schedule, t: number): number {
  return schedule.logSnr(t) < leastLogSnr ? schedule.timeOfLogSnr(leastLogSnr) : t
}

const leastLogSnr = -40

/** Where products are cheap, the system is solved to the end. */
const cheap: SolveOptions = { iterations: 200, tolerance: 1e-7 }

/** The measurement at a mean: its maps there, and the system that its covariance makes. */
interface System {
  /** y − A(D), `[batch, ...to]`. */
  readonly v: Float64Array
  /** Aᵀ v. */
  pull(v: FloatArray): Promise<Float64Array>
  /** A u. */
  push(u: FloatArray): Promise<Float64Array>
  /** (Σ_y + M)⁻¹ b. */
  solve(
    b: Float64Array,
    product: (v: Float64Array) => Promise<Float64Array>,
    how: SolveOptions,
    solver?: 'cg' | 'gmres',
  ): Promise<Float64Array>
  /** Aᵀ (Σ_y + r² A Aᵀ)⁻¹ b for a variance r². */
  pullSolved(b: Float64Array, variance: number): Promise<Float64Array>
}

async function system(observation: Observation, mean: FloatArray): Promise<System> {
  const { operator, sigma } = observation
  const m = sizeOf(operator.to)
  const pull = async (v: FloatArray): Promise<Float64Array> => operator.pullback(mean, v)
  const push = async (u: FloatArray): Promise<Float64Array> => operator.pushforward(mean, u)
  const solve: System['solve'] = (b, product, how, solver) =>
    (solver === 'gmres' ? gmres : conjugateGradients)(
      async (w) => {
        const out = await product(w)
        for (let i = 0; i < out.length; i++) out[i]! += sigmaAt(sigma, i % m) ** 2 * w[i]!
        return out
      },
      b,
      m,
      how,
    )
  const svd = isLinear(operator) ? operator.svd?.() : undefined
  return {
    v: residual(observation, await operator.forward(mean)),
    pull,
    push,
    solve,
    async pullSolved(b, variance) {
      if (svd && typeof sigma === 'number') return pullSpectrum(svd, b, m, sigma ** 2, variance)
      return pull(await solve(b, async (w) => scaled(await push(await pull(w)), variance), cheap))
    },
  }
}

/** The same by the singular values, V s/(σ² + r² s²) Uᵀ b of each item: without iterations. */
function pullSpectrum(svd: Svd, b: Float64Array, m: number, noise: number, variance: number): Float64Array {
  const items = Array.from({ length: b.length / m }, (_, item) => {
    const measured = svd.measured(b.subarray(item * m, (item + 1) * m))
    return svd.compose(
      measured.map((value, i) => {
        const s = svd.values[i]!
        return s === 0 ? 0 : (s * value) / (noise + variance * s ** 2)
      }),
    )
  })
  const size = items[0]!.length
  const out = new Float64Array(items.length * size)
  items.forEach((item, i) => out.set(item, i * size))
  return out
}

interface Pull extends System {
  readonly x: FloatArray
  readonly t: number
  readonly context: DenoiseContext | undefined
}

/** D + (σ²/α) · what `pull` makes of the residual. */
function guided(
  denoiser: DifferentiableDenoiser,
  observation: Observation,
  score: (given: Pull) => Promise<FloatArray>,
): Denoiser {
  const { schedule, shape } = denoiser
  const { operator } = observation
  if (sizeOf(operator.from) !== sizeOf(shape)) {
    throw new TweedieError(
      'shape',
      `${operator.name} measures items of [${operator.from.join(', ')}], the denoiser makes [${shape.join(', ')}]`,
    )
  }
  return Object.freeze({
    schedule,
    shape,
    async denoise(x: FloatArray, time: number, context?: DenoiseContext): Promise<FloatArray> {
      const t = withSignal(schedule, time)
      const mean = (await denoiser.denoise(x, t, context)).slice()
      const gradient = await score({ ...(await system(observation, mean)), x, t, context })
      const factor = covarianceFactor(schedule, t)
      for (let i = 0; i < mean.length; i++) mean[i]! += factor * gradient[i]!
      return mean
    },
  })
}

/** c s²/(c + s²), also for infinite s. */
function shrink(square: number, variance: number): number {
  return variance / (1 + variance / square)
}

function scaled(v: Float64Array, by: number): Float64Array {
  for (let i = 0; i < v.length; i++) v[i]! *= by
  return v
}

/** As an array of x's own type. */
function toLike(x: FloatArray, v: FloatArray): FloatArray {
  if (v.constructor === x.constructor) return v
  const out = emptyLike(x)
  out.set(v)
  return out
}

function requirePositive(name: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return
  throw new TweedieError('usage', `${name} is ${value}: it must be a positive number`)
}
