/**
 * Guidance over several conditions: what is drawn fulfils all of them, each as much as its weight says,
 *
 *     ε = ε_∅ + Σ_i w_i (ε_i − ε_∅),
 *
 * and, because ε, v and the score are linear in the posterior mean, D = D_∅ + Σ_i w_i (D_i − D_∅). On the score it is
 * ∇ log p(x) + Σ_i w_i ∇ log p(c_i | x): the noisy densities are multiplied, p(x) Π_i (p(x | c_i) / p(x))^{w_i}, as if each condition said
 * something of its own. A negative weight keeps away from a condition. One condition of weight s is guidance of scale s.
 *
 * - Compositional Visual Generation with Composable Diffusion Models (Liu et al., 2022), https://arxiv.org/abs/2206.01714
 */
import type { Conditions } from '../denoise/conditions.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { meansOfParts } from './parts.ts'

/** A condition, and how much it counts. */
export interface Term {
  /** For one item, by name. What it does not name is as in the call. */
  readonly conditions: Conditions
  /** 1: as much as a conditional model alone; more pushes further, less than 0 keeps away. */
  readonly weight: number
}

/** How to compose. */
export interface ComposeOptions {
  /** What stands for "nothing", for one item, by name: every name that a term has. */
  readonly nothing: Conditions
  /** N: the items of a whole batch. The denoiser then always gets (1 + terms) N items; a smaller batch is filled up. */
  readonly batch?: number | undefined
}

/**
 * Guides a conditional denoiser by several conditions at once. Every item is evaluated once without any and once with each, in one batch.
 *
 * @param denoiser for batches `[(1 + terms) N, ...shape]`
 * @throws TweedieError `usage` without terms, for a weight that is no number, or a term that `nothing` has no value for
 * @example
 * const both = composed(denoiser, [{ conditions: words('a red circle'), weight: 3 }, { conditions: words('a blue square'), weight: 3 }], { nothing })
 */
export function composed(denoiser: Denoiser, terms: readonly Term[], { nothing, batch }: ComposeOptions): Denoiser {
  requireWeights(terms)
  const strange = terms
    .flatMap(({ conditions }) => Object.keys(conditions))
    .find((name) => !Object.hasOwn(nothing, name))
  if (strange !== undefined) {
    throw new TweedieError('usage', `the condition ${strange} has no value that means nothing`, {
      hint: 'give `nothing` one for every condition of a term',
    })
  }
  const parts = [nothing, ...terms.map(({ conditions }) => ({ ...nothing, ...conditions }))]
  return Object.freeze({
    schedule: denoiser.schedule,
    shape: denoiser.shape,
    async denoise(x: FloatArray, t: number, context: DenoiseContext = {}): Promise<FloatArray> {
      const part = await meansOfParts(
        denoiser,
        {
          count: parts.length,
          batch,
          conditions: (items, whole) => repeated(context.conditions ?? {}, parts, items, whole),
        },
        x,
        t,
        context,
      )
      return sum(
        part(0),
        terms.map(({ weight }, i) => ({ mean: part(i + 1), weight })),
      )
    },
  })
}

/**
 * The same of denoisers that are conditional by themselves, or of different models. One evaluation of each a step.
 *
 * @param base that of no condition
 * @example
 * const both = composedOf(everything, [{ denoiser: cats, weight: 1 }, { denoiser: sketches, weight: 1.5 }])
 */
export function composedOf(
  base: Denoiser,
  terms: readonly { readonly denoiser: Denoiser; readonly weight: number }[],
): Denoiser {
  requireWeights(terms)
  const other = terms.find(({ denoiser }) => denoiser.shape.join() !== base.shape.join())
  if (other) {
    throw new TweedieError('shape', `denoisers of [${base.shape.join(', ')}] and [${other.denoiser.shape.join(', ')}]`)
  }
  return Object.freeze({
    schedule: base.schedule,
    shape: base.shape,
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      const nothing = (await base.denoise(x, t, context)).slice()
      const means: { readonly mean: FloatArray; readonly weight: number }[] = []
      for (const { denoiser, weight } of terms) {
        means.push({ mean: (await denoiser.denoise(x, t, context)).slice(), weight })
      }
      return sum(nothing, means)
    },
  })
}

/** D_∅ + Σ w (D_i − D_∅). */
function sum(
  nothing: FloatArray,
  terms: readonly { readonly mean: FloatArray; readonly weight: number }[],
): FloatArray {
  const out = emptyLike(nothing)
  for (let i = 0; i < out.length; i++) {
    let value = nothing[i]!
    for (const { mean, weight } of terms) value += weight * (mean[i]! - nothing[i]!)
    out[i] = value
  }
  return out
}

/** Conditions for all parts, one behind another: those of the call, in whose place each part has its own. */
function repeated(
  given: Conditions,
  parts: readonly Conditions[],
  items: number,
  whole: number,
): Record<string, Float32Array | Int32Array> {
  const names = new Set([...Object.keys(given), ...Object.keys(parts[0]!)])
  return Object.fromEntries(
    Array.from(names, (name) => {
      const one = parts[0]![name]
      const like = one ?? given[name]!
      const size = one?.length ?? given[name]!.length / items
      const length = parts.length * whole * size
      const all = like instanceof Int32Array ? new Int32Array(length) : new Float32Array(length)
      parts.forEach((part, i) => {
        for (let item = 0; item < whole; item++) {
          const own = Math.min(item, items - 1)
          const values = part[name] ?? given[name]!.subarray(own * size, (own + 1) * size)
          if (values.length !== size) throw misfit(name, values.length, size)
          all.set(values, (i * whole + item) * size)
        }
      })
      return [name, all]
    }),
  )
}

function requireWeights(terms: readonly { readonly weight: number }[]): void {
  if (terms.length === 0) throw new TweedieError('usage', 'guidance over several conditions needs one at least')
  const strange = terms.find(({ weight }) => !Number.isFinite(weight))
  if (strange) throw new TweedieError('usage', `a condition of weight ${strange.weight}: a number is needed`)
}

function misfit(name: string, got: number, size: number): TweedieError {
  return new TweedieError('shape', `${got} numbers of the condition ${name} for one item: expected ${size}`)
}
