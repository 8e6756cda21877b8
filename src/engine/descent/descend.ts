/** A whole update as an expression: norm, clipping, the optimiser's rule, the running average. */
import { add, concat, div, min, mul, slice, sqrt, sub } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { TweedieError } from '../../errors.ts'
import { squaredSum } from './flat.ts'
import type { DescentRule, Named } from './rule.ts'

/** What is kept between updates: flat tensors of one length. */
export interface Kept {
  readonly params: Tensor
  readonly slots: Named
  /** The running average of the parameters, if there is one. */
  readonly average?: Tensor | undefined
}

/** Options of {@link descend}. */
export interface DescendOptions {
  /** Longer gradients are shortened to this norm; by default none is. */
  readonly clipNorm?: number | undefined
  /** `1 − decay` of the average, a scalar. Needed where there is an average. */
  readonly follow?: Tensor | undefined
  /** Index ranges `[from, to)` of the average that are averaged, in rising order; elsewhere it equals the parameters. Default: everything. */
  readonly averaged?: readonly (readonly [from: number, to: number])[] | undefined
}

/** What is kept after an update, and the norm of the gradient before clipping. */
export interface Descended extends Kept {
  /** A scalar. Not finite where the gradient is not, or is longer than 1.8e19, whose square is beyond single precision. */
  readonly norm: Tensor
}

/**
 * One update of parameters, slots and average: with the gradient g,
 *
 *     norm = √Σ gᵢ²,   g ← min(clipNorm / norm, 1) g,   θ, slots ← rule(θ, g, slots),   average ← average + follow · (θ − average)
 *
 * Nothing guards against a gradient that is not finite: look at the norm, and keep the old state if it is not.
 *
 * @param numbers the scalars that the rule names
 * @example
 * const rule = adamwRule()
 * const numbers = { size: input('size', []), epsilon: input('epsilon', []) }
 * const next = descend(rule, { params, slots: { m, v } }, joined(gradients(loss, weights)), numbers, { clipNorm: 1 })
 */
export function descend(
  rule: DescentRule,
  { params, slots, average }: Kept,
  gradient: Tensor,
  numbers: Named,
  { clipNorm = Infinity, follow, averaged }: DescendOptions = {},
): Descended {
  if (!(clipNorm > 0)) throw new TweedieError('usage', `clipNorm is ${clipNorm}, expected a positive number`)
  const norm = sqrt(squaredSum(gradient))
  const clipped = clipNorm === Infinity ? gradient : mul(gradient, min(div(clipNorm, norm), 1))
  const moved = rule.update(params, clipped, slots, numbers)
  if (average === undefined) return { ...moved, norm }
  if (follow === undefined) throw new TweedieError('usage', 'descend: an average needs the input `follow`')
  const near = (from: number, to: number): Tensor => {
    const [old, now] = [average, moved.params].map((each) => slice(each, 0, from, to)) as [Tensor, Tensor]
    return add(old, mul(sub(now, old), follow))
  }
  const size = params.shape[0]!
  if (averaged === undefined) return { ...moved, average: near(0, size), norm }
  let at = 0
  const parts = averaged.flatMap(([from, to]) => {
    const between = from > at ? [slice(moved.params, 0, at, from)] : []
    at = to
    return [...between, near(from, to)]
  })
  return { ...moved, average: concat(at < size ? [...parts, slice(moved.params, 0, at)] : parts, 0), norm }
}
