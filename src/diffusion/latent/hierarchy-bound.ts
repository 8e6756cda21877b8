/**
 * The evidence bound of a hierarchy, level by level:
 *
 *     −log p(x) ≤ E_q[−log p(x | z)] + Σ_l E_q[log q(z_l | ·) − log p(z_l | z_{>l})],
 *
 * and the weights p(x, z₁ … z_L) / q(z₁ … z_L | x) of draws, from which the importance-weighted bound is made.
 */
import { add, concat, expandDims, mean, neg, reshape, sizeOf, slice } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { boundOf, type LatentBound } from './bound.ts'
import type { DecoderLaw } from './decoder-law.ts'
import { cropped } from './elbo.ts'
import { sumOverItem } from './gaussian.ts'
import { type DrawnLevel, type Hierarchy, inferLevels } from './hierarchy.ts'
import { repeatItems } from './importance.ts'

/** What a bound is of. */
export interface HierarchyBoundInputs {
  /** `[N, ...inputShape]`. */
  readonly x: Tensor
  /** ε from N(0, I), `[N, k, latents]`: k draws of each item, the numbers of the lowest code first. */
  readonly noise: Tensor
  /** log σ of the law, `[1]`, where it has one. */
  readonly logSigma?: Tensor | undefined
  /** The shape of an item within `inputShape`, where images were padded below and to the right: only it counts. */
  readonly within?: Shape | undefined
}

/** A bound, and what it is made of. Its terms are `reconstruction`, and `kl1`, … from the lowest level on. */
export interface HierarchyBound extends LatentBound {
  /** The levels at the draws, `[N · k, ...]`, the lowest first. */
  readonly levels: readonly DrawnLevel[]
  /** The divergence, `[N]`, and its parts by level, `[N, L]`: means over the draws. */
  readonly kl: Tensor
  readonly klByLevel: Tensor
  /** That of every number of the codes, `[N, latents]`. */
  readonly klByDimension: Tensor
  /** log p(x | z₁ … z_L) of each draw, `[N · k]`. */
  readonly logLikelihood: Tensor
  /** log p(z₁ … z_L) − log q(z₁ … z_L | x) of each draw, `[N · k]`. */
  readonly logRatio: Tensor
}

/**
 * The bound.
 *
 * @example
 * const { total, terms } = hierarchyBound(hierarchy, decoderLaw('bernoulli'), {
 *   x: input('x', [64, 784]),
 *   noise: input('noise', [64, 1, 48]),
 * })
 */
export function hierarchyBound(
  hierarchy: Hierarchy,
  law: DecoderLaw,
  { x, noise, logSigma, within }: HierarchyBoundInputs,
): HierarchyBound {
  const [items, draws] = noise.shape as [number, number, number]
  const features = hierarchy.features(x).map((each) => repeatItems(each, draws))
  const levels = inferLevels(hierarchy, features, splitLevels(reshape(noise, [items * draws, -1]), hierarchy))
  const output = cropped(hierarchy.output(levels.map(({ z }) => z)), within)
  const logLikelihood = sumOverItem(law.logProbability(cropped(repeatItems(x, draws), within), output, logSigma))
  const average = (each: Tensor): Tensor => mean(reshape(each, [items, draws, ...each.shape.slice(1)]), 1)
  const kls = levels.map(({ divergence }) => average(sumOverItem(divergence)))
  const flat = (each: Tensor): Tensor => reshape(each, [each.shape[0]!, -1])
  return {
    levels,
    kl: kls.reduce((total, each) => add(total, each)),
    klByLevel: concat(
      kls.map((each) => expandDims(each, 1)),
      1,
    ),
    klByDimension: concat(
      levels.map(({ divergence }) => average(flat(divergence))),
      1,
    ),
    logLikelihood,
    logRatio: levels.map(({ logRatio }) => sumOverItem(logRatio)).reduce((total, each) => add(total, each)),
    ...boundOf({
      reconstruction: neg(mean(reshape(logLikelihood, [items, draws]), 1)),
      ...Object.fromEntries(kls.map((each, level) => [`kl${level + 1}`, each])),
    }),
  }
}

/** The numbers of all levels, `[M, latents]`, as one tensor a level, the lowest first: `[M, ...latentShape]` each. */
export function splitLevels(numbers: Tensor, { latentShapes }: Pick<Hierarchy, 'latentShapes'>): readonly Tensor[] {
  let from = 0
  return latentShapes.map((shape) => {
    const start = from
    from += sizeOf(shape)
    return reshape(slice(numbers, 1, start, from), [numbers.shape[0]!, ...shape])
  })
}
