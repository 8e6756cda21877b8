/**
 * Ancestral sampling: x_s ~ p(x_s | x_t) = Σ_k p(x₀ = k | x_t) q(x_s | x_t, x₀ = k), from noise to data in any number of steps. Exact
 * for one token in any number of steps, and for many in the limit of many.
 *
 * Known tokens are kept as they are under masks, which is exact; under other kernels they are corrupted to each time,
 * which is not exact, but comes nearer with every round.
 *
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), https://arxiv.org/abs/2107.03006
 * - Simple and Effective Masked Diffusion Language Models (Sahoo et al., 2024), section 4.2, https://arxiv.org/abs/2406.07524
 * - RePaint (Lugmayr et al., 2022), https://arxiv.org/abs/2201.09865
 */
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { FloatArray } from '../../engine/random/index.ts'
import { liftedShare } from './absorbing.ts'
import { drawLog } from './log-space.ts'
import type { DiscreteProcess } from './process.ts'
import type { TokenProblem, TokenSampler, TokenStep } from './sampler.ts'
import { temper } from './temper.ts'
import { tokenTimes } from './token-times.ts'

/** How to sample. */
export interface AncestralTokensOptions {
  /**
   * If tokens are kept and there are no masks: how often each step is repeated, with noise added back in between, so
   * that the other tokens fit the kept ones (RePaint); default 5.
   */
  readonly rounds?: number
}

/** Ancestral sampling for every kernel, one evaluation a step. */
export function ancestralTokens({ rounds = 5 }: AncestralTokensOptions = {}): TokenSampler {
  if (!Number.isInteger(rounds) || rounds < 1) throw new TweedieError('usage', `rounds ${rounds}: must be 1 or more`)
  return Object.freeze({
    name: 'ancestral',
    masksOnly: false,
    use: 'the plain reverse process, for every kernel',
    paper: 'https://arxiv.org/abs/2107.03006',
    run: (problem: TokenProblem) => run(problem, roundsOf(problem, rounds), () => true),
  })
}

/**
 * Ancestral sampling of masks that evaluates the denoiser only while masks are left, and, if its answer does not depend
 * on time, only after a mask was replaced: there are never more evaluations than tokens, however many steps.
 */
export function mdlm(): TokenSampler {
  return Object.freeze({
    name: 'mdlm',
    masksOnly: true,
    use: 'masks: many steps at the cost of few, if the network does not use the time',
    paper: 'https://arxiv.org/abs/2406.07524',
    run: (problem: TokenProblem) => {
      const { timeless, process } = problem.denoiser
      return run(problem, 1, (changed) => (changed || !timeless) && problem.x.includes(process.mask!))
    },
  })
}

/** One round, unless there are kept tokens that noise would change. */
const roundsOf = ({ denoiser, fixed }: TokenProblem, rounds: number): number =>
  denoiser.process.mask === null && fixed.some((token) => token >= 0) ? rounds : 1

/**
 * @param ask whether to evaluate the denoiser; its argument tells whether a token has changed since the last evaluation
 */
async function* run(
  problem: TokenProblem,
  rounds: number,
  ask: (changed: boolean) => boolean,
): AsyncGenerator<TokenStep> {
  const { denoiser, x, fixed, batch, temperature, context } = problem
  const { process } = denoiser
  const times = tokenTimes(process, problem.steps)
  const uniforms = new Float64Array(x.length)
  const draw = drawer(process)
  let answer: FloatArray = new Float64Array(0)
  let [changed, evaluations] = [true, 0]
  for (let index = 0; index < problem.steps; index++) {
    const [t, s] = [times[index]!, times[index + 1]!]
    for (let round = 0; round < rounds; round++) {
      throwIfAborted(context.signal)
      if (round > 0) {
        problem.uniforms(uniforms, index, 3 * round - 1)
        process.corrupt(x.slice(), t, uniforms, x, s)
      }
      problem.uniforms(uniforms, index, 3 * round + 1)
      corruptFixed(process, fixed, t, uniforms, x)
      if (ask(changed)) {
        answer = temper(await denoiser.logits(x, t, batch, context), process.categories, temperature)
        evaluations++
      }
      problem.uniforms(uniforms, index, 3 * round)
      changed = false
      for (let i = 0; i < x.length; i++) {
        const next = fixed[i]! >= 0 ? fixed[i]! : draw(answer, i, x[i]!, s, t, uniforms[i]!)
        changed ||= next !== x[i]
        x[i] = next
      }
    }
    yield { index, total: problem.steps, t, s, x, evaluations }
  }
}

/** Writes the kept tokens into x, corrupted to time t. */
function corruptFixed(
  process: DiscreteProcess,
  fixed: Int32Array,
  t: number,
  uniforms: Float64Array,
  x: Int32Array,
): void {
  if (process.mask !== null) return
  for (let i = 0; i < x.length; i++) {
    if (fixed[i]! >= 0) process.corrupt(fixed.subarray(i, i + 1), t, uniforms.subarray(i, i + 1), x.subarray(i, i + 1))
  }
}

type Draw = (answer: FloatArray, place: number, token: number, s: number, t: number, u: number) => number

/** Draws x_s for one token from one uniform number. */
function drawer(process: DiscreteProcess): Draw {
  const { categories, states } = process
  if (process.kind === 'absorbing') {
    const { fade, mask } = process
    return (answer, place, token, s, t, u) => {
      if (token !== mask) return token
      const share = s === 0 ? 1 : liftedShare(fade, s, t)
      return u < share ? drawLog(answer, u / share, place * categories, categories) : mask
    }
  }
  const law = new Float64Array(states)
  return (answer, place, token, s, t, u) => {
    if (s === 0) return drawLog(answer, u, place * categories, categories)
    process.reverse(answer, place * categories, token, s, t, law)
    return drawLog(law, u)
  }
}
