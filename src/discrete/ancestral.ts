/**
 * Ancestral sampling: x_s ~ p(x_s | x_t) = Σ_k p(x₀ = k | x_t) q(x_s | x_t, x₀ = k), from noise to data in any number of steps. Exact
 * for one token in any number of steps, and for many in the limit of many.
 *
 * Tokens that are given are shown as noise would have them at each time; under masks they are simply there.
 *
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), https://arxiv.org/abs/2107.03006
 * - Simple and Effective Masked Diffusion Language Models (Sahoo et al., 2024), section 4.2, https://arxiv.org/abs/2406.07524
 */
import type { FloatArray } from '../random/index.ts'
import { liftedShare } from './absorbing.ts'
import { drawLog } from './log-space.ts'
import type { DiscreteProcess } from './process.ts'
import type { TokenProblem, TokenSampler, TokenStep } from './sampler.ts'
import { temper } from './temper.ts'
import { tokenTimes } from './token-times.ts'

/** Ancestral sampling for every kernel, one evaluation a step. */
export function ancestralTokens(): TokenSampler {
  return Object.freeze({
    name: 'ancestral',
    masksOnly: false,
    use: 'the plain reverse process, for every kernel',
    paper: 'https://arxiv.org/abs/2107.03006',
    run: (problem: TokenProblem) => run(problem, () => false),
  })
}

/**
 * Ancestral sampling of masks that keeps the denoiser's answer for as long as no mask is lifted, where it does not depend on time:
 * then there are never more evaluations than tokens, however many steps.
 */
export function mdlm(): TokenSampler {
  return Object.freeze({
    name: 'mdlm',
    masksOnly: true,
    use: 'masks: many steps at the price of few, where the network knows no time',
    paper: 'https://arxiv.org/abs/2406.07524',
    run: (problem: TokenProblem) => run(problem, (changed) => !changed && problem.denoiser.timeless === true),
  })
}

/** @param keep whether the last answer still holds, given whether a token has changed since */
async function* run(problem: TokenProblem, keep: (changed: boolean) => boolean): AsyncGenerator<TokenStep> {
  const { denoiser, x, given, batch, labels, temperature, signal } = problem
  const { process } = denoiser
  const times = tokenTimes(process, problem.steps)
  const uniforms = new Float64Array(x.length)
  const draw = drawer(process)
  let answer: FloatArray | undefined
  let [changed, evaluations] = [true, 0]
  showGiven(problem, 1, -1)
  for (let index = 0; index < problem.steps; index++) {
    signal?.throwIfAborted()
    const [t, s] = [times[index]!, times[index + 1]!]
    if (answer === undefined || !keep(changed)) {
      answer = temper(await denoiser.logits(x, t, batch, labels, signal), process.categories, temperature)
      evaluations++
    }
    problem.uniforms(uniforms, index, 0)
    changed = false
    for (let i = 0; i < x.length; i++) {
      if (given[i]! >= 0) continue
      const next = draw(answer, i, x[i]!, s, t, uniforms[i]!)
      changed ||= next !== x[i]
      x[i] = next
    }
    showGiven(problem, s, index)
    yield { index, total: problem.steps, t, s, x, evaluations }
  }
}

/** The given tokens as they are at time t. */
function showGiven({ denoiser: { process }, x, given, uniforms }: TokenProblem, t: number, step: number): void {
  if (process.mask !== null || given.every((token) => token < 0)) return
  const draws = new Float64Array(x.length)
  uniforms(draws, step, 1)
  const one = new Int32Array(1)
  for (let i = 0; i < x.length; i++) {
    if (given[i]! < 0) continue
    if (t > 0) process.corrupt([given[i]!], t, draws.subarray(i, i + 1), one)
    x[i] = t > 0 ? one[0]! : given[i]!
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
