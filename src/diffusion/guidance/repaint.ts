/**
 * RePaint: known elements are written back at every noise level, and steps are repeated so that the other elements fit
 * them.
 */
import { type FloatArray, emptyLike, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { LinearOperator } from '../measure/operator.ts'
import { type Observation, sigmaAt } from '../measure/observation.ts'
import { forwardStep, posteriorStep } from '../noise/kernel.ts'
import { key, normal } from '../../engine/random/index.ts'
import { requireFinite } from '../sample/run-plan.ts'
import { defineSampler, type FreeSampler } from '../sample/sampler.ts'

/** How often to repeat steps. */
export interface RepaintOptions {
  /** r: how often each stretch of steps is made; 1 repeats nothing. Default 10. */
  readonly resample?: number
  /** j: how many steps a stretch has; default 10. */
  readonly jump?: number
}

/**
 * For measurements with A Aᵀ = I, such as masks: after each step of DDPM from t to s the seen part of x_s is replaced by the
 * measurement with the noise of time s, α_s y + σ_s z; after `jump` steps, noise of as many steps is added again and
 * they are repeated, `resample` times. The noise of y counts as a part of σ_s z, if it is not larger. Replacing alone
 * is biased; with
 * many repetitions it approaches the posterior.
 *
 * RePaint: Inpainting using Denoising Diffusion Probabilistic Models (Lugmayr et al., 2022), https://arxiv.org/abs/2201.09865
 *
 * @throws TweedieError `usage` for an operator of another kind
 */
export function repaint(
  { operator, y, sigma }: Observation<LinearOperator>,
  { resample = 10, jump = 10 }: RepaintOptions = {},
): FreeSampler {
  for (const [name, value] of Object.entries({ resample, jump })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new TweedieError('usage', `${name} is ${value}: a positive whole number`)
    }
  }
  requireIsometry(operator)
  const m = sizeOf(operator.to)
  return defineSampler({
    name: `repaint(${resample})`,
    order: 1,
    stochastic: true,
    evaluations: resample,
    use: 'fills in what a mask hides, without derivatives',
    paper: 'https://arxiv.org/abs/2201.09865',
    async *run({ denoiser, times, x, noise, context }) {
      const { schedule } = denoiser
      const walk = walkOf(times.length, resample, jump)
      const [z, known] = [emptyLike(x), emptyLike(x)]
      for (let index = 0; index + 1 < walk.length; index++) {
        throwIfAborted(context.signal)
        const [t, s] = [times[walk[index]!]!, times[walk[index + 1]!]!]
        noise(z, index, 0)
        if (s > t) {
          forwardStep(schedule, t, s, x, z, x)
          continue
        }
        const mean = (await denoiser.denoise(x, t, context)).slice()
        posteriorStep(schedule, t, s, x, mean, z, x)
        noise(known, index, 1)
        replace(
          operator,
          x,
          (k, own, drawn) => {
            const [alpha, level] = [schedule.alpha(s), schedule.sigma(s)]
            const rest = Math.sqrt(Math.max(0, level ** 2 - (alpha * sigmaAt(sigma, k % m)) ** 2))
            return alpha * y[k % y.length]! + rest * drawn - own
          },
          known,
        )
        requireFinite(x, denoiser, index, t, s)
        yield { index, total: walk.length - 1, t, s, x, denoised: mean }
      }
    },
  })
}

/** x += Aᵀ change(k, (A x)_k, (A z)_k). */
function replace(
  operator: LinearOperator,
  x: FloatArray,
  change: (k: number, own: number, drawn: number) => number,
  z: FloatArray,
): void {
  const [own, drawn] = [operator.forward(x), operator.forward(z)]
  const back = operator.adjoint(own.map((value, k) => change(k, value, drawn[k]!)))
  for (let i = 0; i < x.length; i++) x[i]! += back[i]!
}

/** The places in the array of times that are visited: down by `jump` steps, up again, `resample` times, and so on. */
function walkOf(length: number, resample: number, jump: number): number[] {
  const walk = [0]
  for (let at = 0; at < length - 1;) {
    const down = Math.min(jump, length - 1 - at)
    for (let round = 0; round < resample; round++) {
      if (round > 0) walk.push(at)
      for (let k = 1; k <= down; k++) walk.push(at + k)
    }
    at += down
  }
  return walk
}

function requireIsometry(operator: LinearOperator): void {
  const v = normal(key('isometry'), new Float64Array(sizeOf(operator.to)))
  const again = operator.forward(operator.adjoint(v))
  if (v.every((value, i) => Math.abs(value - again[i]!) < 1e-6)) return
  throw new TweedieError(
    'usage',
    `repaint replaces what was seen, and ${operator.name} does not see elements as they are`,
    {
      hint: 'repaint is for masks; ddrm, mmps and dps take any linear measurement',
    },
  )
}
