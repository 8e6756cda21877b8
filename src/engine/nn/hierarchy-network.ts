/** A network of a hierarchy of codes: the interface for trainers. */
import { input } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { Dropout } from './network.ts'
import { Scope } from './parameters.ts'

/** A Gaussian law of a code. */
export interface CodeLaw {
  /** `[M, ...latentShape]`. */
  readonly mean: Tensor
  /** log σ², of the same shape. */
  readonly logVariance: Tensor
  /** What a prior was made of, for the posterior that begins from it. */
  readonly hidden?: Tensor | undefined
}

/** Encoder and decoder of several levels of codes, without their parameters. Levels are counted from 0, the lowest. */
export interface HierarchyNetwork {
  /** The name that a model folder gives it. */
  readonly className: string
  /** Everything needed to build it again, as JSON. */
  readonly config: Readonly<Record<string, unknown>>
  /** The shape of one item of the data, and of what the decoder gives for one. */
  readonly inputShape: Shape
  readonly outputShape: Shape
  /** Of the codes of one item, the lowest first. */
  readonly latentShapes: readonly Shape[]
  /** Whether a code is inferred from the one below it, or from the one above it and the data. */
  readonly order: 'bottom-up' | 'top-down'
  /** How many levels the data are decoded from, from the lowest up: one of a Markov chain, all of one with skip connections. */
  readonly outputReads: number
  /** What the encoder makes of the data alone, a tensor for each level or for some. @param x `[N, ...inputShape]` */
  features(scope: Scope, x: Tensor, options?: HierarchyOptions): readonly Tensor[]
  /**
   * The law of a code given data.
   *
   * @param given `features`; `drawn`, the codes that were drawn before, the last one first: those below, or of top-down encoders those
   *   above; none at the first; and `prior`, of the level, for top-down encoders
   */
  posterior(
    scope: Scope,
    level: number,
    given: {
      readonly features: readonly Tensor[]
      readonly drawn: readonly Tensor[]
      readonly prior?: CodeLaw | undefined
    },
    options?: HierarchyOptions,
  ): CodeLaw
  /** The law of a code given those above it, the nearest first; the highest has N(0, I). */
  prior(scope: Scope, level: number, above: readonly Tensor[], options?: HierarchyOptions): CodeLaw
  /** What the law of the data is made of. @param codes the lowest first: of all levels that {@link outputReads} */
  output(scope: Scope, codes: readonly Tensor[], options?: HierarchyOptions): Tensor
}

/** How to build. */
export interface HierarchyOptions {
  /** How to drop activations while training; left out otherwise. */
  readonly dropout?: Dropout | undefined
}

/** Where every parameter lies. */
export function hierarchyParameters(network: HierarchyNetwork): Layout {
  const scope = new Scope()
  const { latentShapes, order } = network
  const codes = latentShapes.map((shape, level) => input(`z${level}`, [1, ...shape]))
  const features = network.features(scope, input('x', [1, ...network.inputShape]))
  for (const level of latentShapes.keys()) {
    const above = codes.slice(level + 1)
    const prior = above.length > 0 ? network.prior(scope, level, above) : undefined
    const drawn = order === 'top-down' ? above : codes.slice(0, level).reverse()
    network.posterior(scope, level, { features, drawn, prior })
  }
  network.output(scope, codes)
  return layoutOf(scope.specs)
}
