/**
 * Guidance over several conditions where every item of a batch has its own:
 *
 *     D_c = D_∅ + Σ_i w_i (D_i − D_∅),   D = D_∅ + s (D_c − D_∅),
 *
 * so that s = 1 is what `composed` gives, and a single condition of weight 1 under s is classifier-free guidance of scale s. The conditions and
 * the weights of all terms come with each call, in arrays by name as other conditions do.
 *
 * - Compositional Visual Generation with Composable Diffusion Models (Liu et al., 2022), https://arxiv.org/abs/2206.01714
 */
import type { Conditions } from '../denoise/conditions.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { combiner, type GuidanceOptions } from './cfg.ts'
import { meansOfParts } from './parts.ts'

/** One term of every item. */
export interface ItemTerm {
  /** For all items, by name; what it does not name is as in the call. */
  readonly conditions: Conditions
  /** `[N]`; 0 where an item has fewer terms than others. */
  readonly weights: Float32Array
}

/** How to compose. */
export type ComposedItemsOptions = GuidanceOptions & {
  /** How many terms a call has. */
  readonly terms: number
  /** What stands for "nothing", or is to be avoided, for one item, by name: every name that a term has. */
  readonly nothing: Conditions
  /** N: the items of a whole batch. The denoiser then always gets (1 + terms) N items; a smaller batch is filled up. */
  readonly batch?: number | undefined
}

const mark = 'AND '
const weightsOf = (term: number): string => `${mark}${term} weight`
const nameIn = (term: number, name: string): string => `${mark}${term} ${name}`

/**
 * The terms as conditions of a call.
 *
 * @example
 * packedTerms([{ conditions: red, weights: Float32Array.of(1, 1) }, { conditions: square, weights: Float32Array.of(0.7, -1) }])
 */
export function packedTerms(terms: readonly ItemTerm[]): Conditions {
  return Object.fromEntries(
    terms.flatMap(({ conditions, weights }, term) => [
      [weightsOf(term), weights] as const,
      ...Object.entries(conditions).map(([name, array]) => [nameIn(term, name), array] as const),
    ]),
  )
}

/**
 * Guides a conditional denoiser by the terms of each call, see {@link packedTerms}. Outside the interval of guidance s is 1. Every item
 * is evaluated once without any condition and once with each, in one batch.
 *
 * @param denoiser for batches `[(1 + terms) N, ...shape]`
 * @throws TweedieError `shape` for a call of more items
 */
export function composedItems(
  denoiser: Denoiser,
  { terms, nothing, batch, ...options }: ComposedItemsOptions,
): Denoiser {
  const combine = combiner(denoiser, options as GuidanceOptions)
  const size = sizeOf(denoiser.shape)
  return Object.freeze({
    schedule: denoiser.schedule,
    shape: denoiser.shape,
    async denoise(x: FloatArray, t: number, context: DenoiseContext = {}): Promise<FloatArray> {
      const given = context.conditions ?? {}
      const conditions = (items: number, whole: number): Conditions => unpacked(given, nothing, terms, items, whole)
      const part = await meansOfParts(denoiser, { count: 1 + terms, batch, conditions }, x, t, context)
      const [away, sum] = [part(0), part(0).slice()]
      for (let term = 0; term < terms; term++) {
        const [own, weights] = [part(term + 1), given[weightsOf(term)]!]
        for (let i = 0; i < sum.length; i++) sum[i]! += weights[Math.floor(i / size)]! * (own[i]! - away[i]!)
      }
      return combine.means(sum, away, t, emptyLike(x))
    },
  })
}

/** One evaluation of a call, and its share of the guided mean. */
export interface ItemShare {
  readonly conditions: Conditions
  /** `[items]` */
  readonly shares: Float32Array
}

/**
 * The guided mean of a call as a sum over evaluations, D = Σ_k f_k D_k: f_∅ = 1 − s Σ_i w_i of none, and s w_i of each term. The same sum holds for what is
 * linear in the mean, its derivative too.
 *
 * @param given the conditions of the call, see {@link packedTerms}
 */
export function sharesOfItems(
  given: Conditions,
  { terms, nothing, scale }: Pick<ComposedItemsOptions, 'terms' | 'nothing'> & { readonly scale: number },
  items: number,
): readonly ItemShare[] {
  const all = unpacked(given, nothing, terms, items, items)
  const weights = Array.from({ length: terms }, (_, term) => given[weightsOf(term)]!)
  const none = Float32Array.from({ length: items }, (_, i) =>
    weights.reduce((rest, each) => rest - scale * each[i]!, 1),
  )
  const own = weights.map((each) => Float32Array.from({ length: items }, (_, i) => scale * each[i]!))
  return [none, ...own].map((shares, part) => ({
    shares,
    conditions: Object.fromEntries(
      Object.entries(all).map(([name, array]) => {
        const length = array.length / (1 + terms)
        return [name, array.subarray(part * length, (part + 1) * length)]
      }),
    ),
  }))
}

/** Conditions for all parts, one behind another: "nothing", and each term's. */
function unpacked(
  given: Conditions,
  nothing: Conditions,
  terms: number,
  items: number,
  whole: number,
): Record<string, Float32Array | Int32Array> {
  const plain = Object.entries(given).filter(([name]) => !name.startsWith(mark))
  return Object.fromEntries(
    plain.map(([name, array]) => {
      const size = array.length / items
      const length = (1 + terms) * whole * size
      const all = array instanceof Int32Array ? new Int32Array(length) : new Float32Array(length)
      for (let part = 0; part <= terms; part++) {
        const own = part === 0 ? undefined : (given[nameIn(part - 1, name)] ?? array)
        for (let item = 0; item < whole; item++) {
          const from = Math.min(item, items - 1) * size
          const values = own ? own.subarray(from, from + size) : (nothing[name] ?? array.subarray(from, from + size))
          all.set(values, (part * whole + item) * size)
        }
      }
      return [name, all]
    }),
  )
}
