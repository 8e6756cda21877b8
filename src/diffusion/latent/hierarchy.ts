/**
 * Hierarchies of Gaussian codes z₁ … z_L above data x, from the top down: a Markov chain,
 *
 *     p(x, z₁ … z_L) = p(x | z₁) p(z₁ | z₂) … p(z_{L−1} | z_L) p(z_L),
 *
 * or, with skip connections, each of all that are above it,
 *
 *     p(x, z₁ … z_L) = p(x | z₁ … z_L) p(z₁ | z₂ … z_L) … p(z_{L−1} | z_L) p(z_L).
 *
 * The encoder goes one of two ways. Bottom-up, each code is inferred from the one below it; top-down, from what is above it and from the
 * data, in the order in which codes are generated:
 *
 *     q(z₁ | x) q(z₂ | z₁) … q(z_L | z_{L−1})          plain
 *     q(z_L | x) q(z_{L−1} | z_L, x) … q(z₁ | z₂, x)   ladder
 *
 * A diffusion model is of the second kind: its encoder is the noise kernel, and nothing of it is learned (`noise-hierarchy.ts`).
 *
 * - Rezende, Mohamed & Wierstra, Stochastic Backpropagation (2014), https://arxiv.org/abs/1401.4082
 * - Sønderby et al., Ladder Variational Autoencoders (2016), https://arxiv.org/abs/1602.02282
 * - Maaløe et al., BIVA (2019), https://arxiv.org/abs/1902.02102 (skip connections)
 */
import { sub } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { type DiagonalGaussian, drawGaussian, gaussianKl, gaussianLogDensity } from './gaussian.ts'

/** Which way an encoder goes. */
export type HierarchyOrder = 'bottom-up' | 'top-down'

/** A hierarchy as functions of expressions. Levels are counted from 0, the lowest, whose code the data are decoded from. */
export interface Hierarchy {
  /** Of the codes of one item, the lowest first. */
  readonly latentShapes: readonly Shape[]
  readonly order: HierarchyOrder
  /** What the encoder makes of the data alone, `[N, ...]` each: it is worked out once for all draws of an item. */
  features(x: Tensor): readonly Tensor[]
  /**
   * q of a level.
   *
   * @param features `[M, ...]` @param drawn the codes that were drawn before, the last one first: from the level below on, or of top-down
   * encoders from the level above on; none at the first @param prior p of the level, for top-down encoders, which may begin from it
   */
  posterior(
    level: number,
    features: readonly Tensor[],
    drawn: readonly Tensor[],
    prior: DiagonalGaussian | undefined,
  ): DiagonalGaussian
  /** p of a level. @param above the codes above it, the nearest first; the highest has none @param shape of its codes, `[M, ...latentShape]` */
  prior(level: number, above: readonly Tensor[], shape: Shape): DiagonalGaussian
  /** What the law of the data is made of, `[M, ...]`. @param codes of all levels, the lowest first */
  output(codes: readonly Tensor[]): Tensor
}

/** A level after its code was drawn. */
export interface DrawnLevel {
  /** `[M, ...latentShape]`. */
  readonly z: Tensor
  readonly posterior: DiagonalGaussian
  readonly prior: DiagonalGaussian
  /** log p − log q of the code, in nats, of every number. */
  readonly logRatio: Tensor
  /**
   * Its part of the divergence, in nats, of every number: KL(q ‖ p) given the code drawn before where that is known, else what
   * {@link logRatio} says of the one draw. Its expectation is the same.
   */
  readonly divergence: Tensor
}

/**
 * Draws the codes of all levels by the encoder.
 *
 * @param features as {@link Hierarchy.features} makes them, `[M, ...]`
 * @param noise ε from N(0, I) for each level, `[M, ...latentShape]`, the lowest first
 * @returns the lowest level first
 */
export function inferLevels(
  hierarchy: Hierarchy,
  features: readonly Tensor[],
  noise: readonly Tensor[],
): readonly DrawnLevel[] {
  return hierarchy.order === 'top-down' ? topDown(hierarchy, features, noise) : bottomUp(hierarchy, features, noise)
}

/** Given the code above, q and p of a level are Gaussians, so that the divergence between them is known. */
function topDown(hierarchy: Hierarchy, features: readonly Tensor[], noise: readonly Tensor[]): DrawnLevel[] {
  const levels: DrawnLevel[] = []
  for (let level = noise.length - 1; level >= 0; level--) {
    const above = codesOf(levels)
    const prior = hierarchy.prior(level, above, noise[level]!.shape)
    const posterior = hierarchy.posterior(level, features, above, prior)
    const z = drawGaussian(posterior, noise[level]!)
    levels.unshift({
      z,
      posterior,
      prior,
      logRatio: ratio(posterior, prior, z),
      divergence: gaussianKl(posterior, prior),
    })
  }
  return levels
}

/** Here p of a level depends on a code that is inferred from that level's own: only of the highest is the divergence known. */
function bottomUp(hierarchy: Hierarchy, features: readonly Tensor[], noise: readonly Tensor[]): DrawnLevel[] {
  const drawn: Pick<DrawnLevel, 'z' | 'posterior'>[] = []
  for (const [level, each] of noise.entries()) {
    const posterior = hierarchy.posterior(level, features, codesOf(drawn).reverse(), undefined)
    drawn.push({ z: drawGaussian(posterior, each), posterior })
  }
  return drawn.map(({ z, posterior }, level) => {
    const above = codesOf(drawn.slice(level + 1))
    const prior = hierarchy.prior(level, above, z.shape)
    const logRatio = ratio(posterior, prior, z)
    const divergence = above.length > 0 ? sub(0, logRatio) : gaussianKl(posterior, prior)
    return { z, posterior, prior, logRatio, divergence }
  })
}

/** The codes of levels. */
function codesOf(levels: readonly Pick<DrawnLevel, 'z'>[]): Tensor[] {
  return levels.map(({ z }) => z)
}

function ratio(posterior: DiagonalGaussian, prior: DiagonalGaussian, z: Tensor): Tensor {
  return sub(gaussianLogDensity(prior, z), gaussianLogDensity(posterior, z))
}

/**
 * Generates codes from the top down.
 *
 * @param noise as for {@link inferLevels} @param top the highest code, where it is given: then its noise is not used
 * @returns the codes, the lowest first
 */
export function generateLevels(hierarchy: Hierarchy, noise: readonly Tensor[], top?: Tensor): readonly Tensor[] {
  const codes: Tensor[] = []
  for (let level = noise.length - 1; level >= 0; level--) {
    const isGiven = top !== undefined && codes.length === 0
    codes.unshift(isGiven ? top : drawGaussian(hierarchy.prior(level, codes, noise[level]!.shape), noise[level]!))
  }
  return codes
}
