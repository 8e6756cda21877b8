/**
 * The variational bound of a model of tokens, term by term, in nats:
 *
 *     −log p(x₀) ≤ D_KL(q(x₁ | x₀) ‖ p(x₁)) + Σ D_KL(q(x_s | x_t, x₀) ‖ p(x_s | x_t)) − log p(x₀ | x_{t₁})
 *                = L_T                     + Σ L_{t−1}                               + L₀,
 *
 * with x_t ~ q(x_t | x₀); in continuous time the sum is an integral. Each divergence is summed over all categories, exactly.
 *
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), equation 1, https://arxiv.org/abs/2107.03006
 * - Simple and Effective Masked Diffusion Language Models (Sahoo et al., 2024), equation 10, https://arxiv.org/abs/2406.07524
 */
import { type BoundTerms, sumPerItem, withTotal } from '../denoise/bound-terms.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { sizeOf } from '../../engine/graph/shape.ts'
import { fold, key, uniform } from '../../engine/random/index.ts'
import type { Conditions } from '../denoise/denoiser.ts'
import type { CategoricalDenoiser } from './denoiser.ts'
import { type BoundTerm, firstTerm, laterTerm } from './terms.ts'

/** How to work out the bound. */
export interface DiscreteBoundOptions {
  /**
   * How many of the terms L_{t−1} are evaluated, one from each of so many equal strata; default all, and 128 in
   * continuous time.
   */
  readonly terms?: number
  /** The conditions of each item, `[batch, ...]` by name, for a conditional denoiser: `{ labels }`. */
  readonly conditions?: Conditions | undefined
  /** Decides noise and the choice of terms; default 0. */
  readonly seed?: number | bigint | string
  /** The number of the first item within all, when they come in batches. */
  readonly firstItem?: number
  readonly signal?: AbortSignal
  /** Called after each term. */
  readonly onTerm?: (done: number, total: number) => void
}

/** The bound, exact in each term that was evaluated. */
export type DiscreteBound = BoundTerms

/**
 * The bound of some items.
 *
 * @param x0 clean tokens, `[batch, ...shape]`
 * @throws TweedieError `shape` if the tokens do not make whole items, `usage` for a token that is not a category
 * @example
 * const { total } = await discreteBound(denoiser, tokens, { terms: 64 })
 * total.map((nats) => bitsPerDim(nats, 128))
 */
export async function discreteBound(
  denoiser: CategoricalDenoiser,
  x0: Int32Array,
  options: DiscreteBoundOptions = {},
): Promise<DiscreteBound> {
  const { process, shape } = denoiser
  const { categories, spec } = process
  const { seed = 0, firstItem = 0, conditions, signal, onTerm } = options
  const size = sizeOf(shape)
  const batch = x0.length / size
  checkTokens(x0, size, categories)
  const later = spec.steps === null ? Infinity : spec.steps - 1
  const strata = Math.min(later, options.terms ?? (spec.steps === null ? 128 : later))
  const draws = uniform(fold(key(seed), 'bound'), new Float64Array(strata))
  const xt = new Int32Array(x0.length)
  const uniforms = new Float64Array(size)

  /** The divergence of each item at a draw of x_t, the same whatever batch the item is in. */
  const nats = async ({ s, t }: BoundTerm, index: number): Promise<Float64Array> => {
    throwIfAborted(signal)
    for (let item = 0; item < batch; item++) {
      uniform(fold(key(seed), 'sample', firstItem + item, index), uniforms)
      const [from, to] = [item * size, (item + 1) * size]
      process.corrupt(x0.subarray(from, to), t, uniforms, xt.subarray(from, to))
    }
    const logP0 = await denoiser.logits(xt, t, batch, { ...(conditions && { conditions }), ...(signal && { signal }) })
    return sumPerItem(batch, size, (i) => process.divergence(logP0, i * categories, xt[i]!, x0[i]!, s, t))
  }

  const prior = sumPerItem(batch, size, (i) => process.priorDivergence(x0[i]!))
  const decoder = await nats(firstTerm(process), 0)
  onTerm?.(1, strata + 1)
  const transitions: DiscreteBound['transitions'][number][] = []
  for (let j = 0; j < strata; j++) {
    const term = laterTerm(process, (j + draws[j]!) / strata)!
    transitions.push(
      Object.freeze({ s: term.s, t: term.t, weight: term.count / strata, nats: await nats(term, j + 1) }),
    )
    onTerm?.(j + 2, strata + 1)
  }
  return withTotal({ prior, transitions, decoder })
}

function checkTokens(x0: Int32Array, size: number, categories: number): void {
  if (x0.length === 0 || x0.length % size !== 0) {
    throw new TweedieError('shape', `${x0.length} tokens are no whole items of ${size}`)
  }
  const wrong = x0.findIndex((token) => token < 0 || token >= categories)
  if (wrong >= 0) {
    throw new TweedieError('usage', `token ${x0[wrong]} at place ${wrong}: the data have ${categories} categories`, {
      hint: 'clean data hold no mask',
    })
  }
}
