/**
 * The loss of multinomial diffusion. With π = softmax(logits), m_j = ᾱ_s π_j + (1 − ᾱ_s)/K the law of x_s from the
 * context, and n = ᾱ_t π_z + (1 − ᾱ_t)/K the probability of the observed token z = x_t, the divergence of a step is
 *
 *     Σ_j q_j log(q_j/p_j) = const − q_o Σ_j log m_j − (q_{x₀} − q_o) log m_{x₀} + (1 − q_z + q_o) log m_z + log(n/m_z):
 *
 * q(x_s | x_t, x₀) has only three values, q_o at all categories but x₀ and z, so the sum over K has no weights. They are worked
 * out in double precision for each token and fed. Terms are grouped so that none of them grows with the number of steps while
 * their sum does not. Besides the logits, their log-softmax and m are held: O(batch · length · K) numbers.
 *
 * In continuous time (s = t) the sum becomes β/K Σ_{j ≠ z} r_j log(r_j/ρ_j) − r_j + ρ_j, which has the same logarithms with other
 * factors, and 1/n.
 *
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), section 4, https://arxiv.org/abs/2102.05379
 * - A Continuous Time Framework for Discrete Denoising Models (Campbell et al., 2022), https://arxiv.org/abs/2205.14987
 */
import {
  add,
  div,
  exp,
  input,
  log,
  logSoftmax,
  mul,
  reciprocal,
  reshape,
  sum,
  type Tensor,
} from '../../engine/graph/index.ts'
import type { KernelLoss } from './kernel-loss.ts'
import { picked } from './picked.ts'
import type { UniformProcess } from './process.ts'
import { entropyOf } from './mutual-information.ts'

/** One factor for each token, of: 1, Σ log m, log m_{x₀}, log m_z, log(n/m_z), log π_{x₀}, 1/n. */
const factors = ['constant', 'all', 'clean', 'seen', 'ratio', 'guess', 'inverse'] as const
type Factors = Record<(typeof factors)[number], number>

/** ᾱ and (1 − ᾱ)/K at s and at t; where s = 0, m is 1, as it is not used. */
const mixtures = ['keptBefore', 'anyBefore', 'kept', 'any'] as const

/**
 * The loss of the uniform kernel.
 *
 * @param prefix of the names of its inputs, where a graph has several such losses
 */
export function uniformLoss(process: UniformProcess, prefix = ''): KernelLoss {
  return {
    arrays: (batch, size) => ({
      [`${prefix}answer`]: new Int32Array(batch * size),
      [`${prefix}seenAt`]: new Int32Array(batch * size),
      ...Object.fromEntries([...factors, ...mixtures].map((name) => [prefix + name, new Float32Array(batch * size)])),
    }),
    graph(logits) {
      const tokens = logits.shape[0]!
      const at = (name: (typeof factors)[number] | (typeof mixtures)[number]): Tensor => input(prefix + name, [tokens])
      const logPi = logSoftmax(logits)
      const [guess, seen] = [picked(logPi, `${prefix}answer`), exp(picked(logPi, `${prefix}seenAt`))]
      const before = (pi: Tensor): Tensor => add(mul(at('keptBefore'), pi), at('anyBefore'))
      const column = (x: Tensor): Tensor => reshape(x, [tokens, 1])
      const all = sum(log(add(mul(column(at('keptBefore')), exp(logPi)), column(at('anyBefore')))), 1)
      const n = add(mul(at('kept'), seen), at('any'))
      const parts: Readonly<Record<Exclude<(typeof factors)[number], 'constant'>, Tensor>> = {
        all,
        clean: log(before(exp(guess))),
        seen: log(before(seen)),
        ratio: log(div(n, before(seen))),
        guess,
        inverse: reciprocal(n),
      }
      return factors.reduce<Tensor>(
        (total, name) => (name === 'constant' ? total : add(total, mul(at(name), parts[name]))),
        at('constant'),
      )
    },
    fill(feeds, { from, to, term, x0, xt, shares }) {
      const kinds = [false, true].map((same) => factorsOf(process, term, same, shares))
      const { kept, any, keptBefore, anyBefore } = levelsOf(process, term)
      for (let i = from; i < to; i++) {
        const own = kinds[Number(x0[i] === xt[i])]!
        for (const name of factors) feeds[prefix + name]![i] = own[name]
        feeds[`${prefix}answer`]![i] = x0[i]!
        feeds[`${prefix}seenAt`]![i] = xt[i]!
        feeds[`${prefix}kept`]![i] = kept
        feeds[`${prefix}any`]![i] = any
        feeds[`${prefix}keptBefore`]![i] = keptBefore
        feeds[`${prefix}anyBefore`]![i] = anyBefore
      }
    },
  }
}

function levelsOf({ fade, categories }: UniformProcess, { s, t }: { s: number; t: number }) {
  const [kept, before] = [fade.alphaBar(t), fade.alphaBar(s)]
  const own = { kept, any: (1 - kept) / categories }
  if (s === 0) return { ...own, keptBefore: 0, anyBefore: 1 }
  return { ...own, keptBefore: before, anyBefore: (1 - before) / categories }
}

/** The factors of a token, which depend on nothing but the time and on whether x_t = x₀. */
function factorsOf(
  process: UniformProcess,
  term: { readonly s: number; readonly t: number; readonly count: number },
  same: boolean,
  shares: { readonly bound: number; readonly crossEntropy: number },
): Factors {
  const { s, t, count } = term
  const { kept, any } = levelsOf(process, term)
  const own = s === 0 ? none : s === t ? rateFactors(process, t, same) : stepFactors(process, s, t, same)
  // −log p(x₀ | x_t) = −log π_{x₀} − log q(z | x₀) + log n
  const bound = shares.bound * count
  const guess = (s === 0 ? bound : 0) + shares.crossEntropy
  return {
    constant: bound * own.constant - guess * Math.log((same ? kept : 0) + any),
    all: bound * own.all,
    clean: bound * own.clean,
    seen: bound * own.seen + guess,
    ratio: bound * own.ratio + guess,
    guess: -guess,
    inverse: bound * own.inverse,
  }
}

const none: Factors = { constant: 0, all: 0, clean: 0, seen: 0, ratio: 0, guess: 0, inverse: 0 }

function stepFactors({ fade, categories: k }: UniformProcess, s: number, t: number, same: boolean): Factors {
  const [before, after] = [fade.alphaBar(s), fade.alphaBar(t)]
  const [anyBefore, any] = [(1 - before) / k, (1 - after) / k]
  const moved = (before - after) / before / k
  const seen = (same ? after : 0) + any
  const other = (moved * anyBefore) / seen
  const clean = same ? 0 : (moved * (before + anyBefore)) / seen
  const left = other * (k - (same ? 1 : 2)) + clean
  // Σ_j q_j log of the law of x_s given x₀, which has the values (1 − ᾱ_s)/K and, at x₀, ᾱ_s more
  const stay = (same ? before : 0) + anyBefore
  const otherLogs = other * (k - (same ? 1 : 2)) * Math.log(anyBefore)
  const cleanLog = same ? 0 : clean * Math.log(before + anyBefore)
  return {
    constant: otherLogs + cleanLog - left * Math.log(stay) - Math.log(seen / stay),
    all: -other,
    clean: same ? 0 : other - clean,
    seen: left + other,
    ratio: 1,
    guess: 0,
    inverse: 0,
  }
}

function rateFactors({ fade, categories: k }: UniformProcess, t: number, same: boolean): Factors {
  const kept = fade.alphaBar(t)
  const any = (1 - kept) / k
  const rate = fade.slope(t) / kept / k
  const seen = (same ? kept : 0) + any
  const other = any / seen
  const clean = same ? 0 : (kept + any) / seen
  const left = 1 / seen - 1
  const entropies = (k - (same ? 1 : 2)) * entropyOf(any) + (same ? 0 : entropyOf(kept + any))
  return {
    constant: rate * (-entropies / seen - left * Math.log(seen) - 1 / seen),
    all: -rate * other,
    clean: same ? 0 : rate * (other - clean),
    seen: rate * (other + left),
    ratio: 0,
    guess: 0,
    inverse: rate,
  }
}
