/** A hierarchy of codes of fully connected layers, with a bottom-up encoder or with a ladder. */
import { add, clamp, concat, expectShape, gelu, relu, reshape, silu, sizeOf, tanh } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import { checkConfig, counts, type FieldRule, flag, layerCount, oneOf, probability } from './check-config.ts'
import { TweedieError } from '../../errors.ts'
import type { CodeLaw, HierarchyNetwork, HierarchyOptions } from './hierarchy-network.ts'
import { layerNorm, linear, type LinearOptions } from './layers.ts'
import { inParts, type Scope, zeros } from './parameters.ts'

const activations = Object.freeze({ tanh, silu, relu, gelu })

/** Options of {@link hierarchicalMlp}. */
export interface HierarchicalMlpConfig {
  /** One item of the data: `[2]` for points in the plane, `[1, 28, 28]` for grey images. */
  readonly input_shape: Shape
  /** Numbers in the code of each level, the lowest first. */
  readonly latent_sizes: readonly number[]
  /** Features of the hidden layers of each level, the lowest first: as many as there are codes. */
  readonly widths: readonly number[]
  /** Whether codes are inferred from the top down, from the code above and the data; otherwise each from the one below. */
  readonly ladder?: boolean
  /**
   * Whether every level, and the data, are generated from all codes above; otherwise, as a Markov chain, from the nearest alone. Not by
   * default.
   */
  readonly skip_connections?: boolean
  /** Hidden layers of each map; those after the first are residual. 2 by default. */
  readonly layers_per_level?: number
  /** Between the layers: silu by default, or tanh, relu, gelu. */
  readonly act_fn?: keyof typeof activations
  /** Whether hidden layers are normalised; yes by default. */
  readonly norm?: boolean
  /** The share of hidden activations that is dropped while training; 0 by default. */
  readonly dropout?: number
}

type Config = Required<HierarchicalMlpConfig>

const defaults: Config = {
  input_shape: [],
  latent_sizes: [],
  widths: [],
  ladder: true,
  skip_connections: false,
  layers_per_level: 2,
  act_fn: 'silu',
  norm: true,
  dropout: 0,
}

const rules: Partial<Record<keyof Config, FieldRule>> = {
  input_shape: counts,
  latent_sizes: counts,
  widths: counts,
  ladder: flag,
  skip_connections: flag,
  layers_per_level: layerCount,
  act_fn: oneOf(...Object.keys(activations)),
  norm: flag,
  dropout: probability,
}

/** Where log-variances end, so that none overflows. */
const [leastLogVariance, mostLogVariance] = [-30, 20] as const

/** How the two layers of a law begin. */
interface FirstLaw {
  readonly mean: LinearOptions
  readonly logVariance: LinearOptions
}

/** Priors begin as N(0, I): a prior that is random at first hides from each level what those above it say. */
const firstPrior: FirstLaw = { mean: { init: zeros }, logVariance: { init: zeros } }
/** The data's say in a code begins with a variance of e⁻², so that codes tell something before the divergence silences them. */
const firstPosterior: FirstLaw = { mean: {}, logVariance: { init: zeros, biasInit: inParts(-2) } }

/**
 * The network. Hidden layers are h ← a(norm(W h + b)), those after the first of a level added to what they are of.
 *
 * Plain: q(z₁ | x) and q(z_{l+1} | z_l) are hidden layers and two linear ones, for mean and log-variance; so is p(z_l | z_{l+1}), and
 * p(x | z₁) has hidden layers and a linear one.
 *
 * Ladder: d₁ is of x and d_{l+1} of d_l, without any draws. q(z_L | x) is linear in d_L; below, with t the hidden layers of
 * p(z_l | z_{l+1}), q(z_l | z_{l+1}, x) is linear in d_l + V t: what the data say, corrected by what the code above says already, and
 * the prior learns to guess it. Sønderby et al., Ladder Variational Autoencoders (2016), https://arxiv.org/abs/1602.02282; in this
 * form Child, Very Deep VAEs (2020), https://arxiv.org/abs/2011.10650.
 *
 * With skip connections, p(z_l | z_{l+1} … z_L) and p(x | z₁ … z_L) read all of these codes, one behind the other. Maaløe et al., BIVA
 * (2019), https://arxiv.org/abs/1902.02102.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = hierarchicalMlp({ input_shape: [1, 28, 28], latent_sizes: [32, 16, 8], widths: [400, 200, 100] })
 */
export function hierarchicalMlp(config: HierarchicalMlpConfig): HierarchyNetwork {
  const full = Object.freeze(checkConfig('HierarchicalMLP', config, defaults, rules))
  const { input_shape: shape, latent_sizes: sizes, widths, ladder, skip_connections: skips } = full
  if (sizes.length !== widths.length) {
    throw new TweedieError(
      'model',
      `HierarchicalMLP: ${sizes.length} latent_sizes and ${widths.length} widths: a level has one of each`,
    )
  }
  const hidden = (scope: Scope, x: Tensor, level: number, options?: HierarchyOptions): Tensor =>
    layers(full, scope, x, widths[level]!, options)
  const law = (scope: Scope, h: Tensor, level: number, first: FirstLaw): CodeLaw => ({
    mean: linear(scope.child('mean'), h, sizes[level]!, first.mean),
    logVariance: clamp(
      linear(scope.child('log_variance'), h, sizes[level]!, first.logVariance),
      leastLogVariance,
      mostLogVariance,
    ),
  })
  const read = (codes: readonly Tensor[]): Tensor => (skips ? concat(codes, 1) : codes[0]!)
  const flat = (x: Tensor): Tensor => {
    expectShape('HierarchicalMLP: x', x, [x.shape[0]!, ...shape])
    return reshape(x, [x.shape[0]!, sizeOf(shape)])
  }
  return Object.freeze<HierarchyNetwork>({
    className: 'HierarchicalMLP',
    config: Object.freeze({ _class_name: 'HierarchicalMLP', ...full }),
    inputShape: shape,
    outputShape: shape,
    latentShapes: Object.freeze(sizes.map((size) => Object.freeze([size]))),
    order: ladder ? 'top-down' : 'bottom-up',
    outputReads: skips ? sizes.length : 1,
    features(scope, x, options) {
      const encoder = scope.child('encoder')
      const levels: Tensor[] = []
      for (const level of ladder ? sizes.keys() : [0]) {
        levels.push(hidden(encoder.child(level), levels.at(-1) ?? flat(x), level, options))
      }
      return levels
    },
    posterior(scope, level, { features, drawn, prior }, options) {
      const own = scope.child('encoder').child(level)
      const [last] = drawn
      if (!ladder) return law(own, last ? hidden(own, last, level, options) : features[0]!, level, firstPosterior)
      const d = features[level]!
      if (!last || !prior) return law(own, d, level, firstPosterior)
      const t = prior.hidden ?? hidden(scope.child('decoder').child(level), read(drawn), level, options)
      const h = add(d, linear(own.child('above'), t, widths[level]!))
      return law(own, h, level, firstPosterior)
    },
    prior(scope, level, above, options) {
      const own = scope.child('decoder').child(level)
      const t = hidden(own, read(above), level, options)
      return { ...law(own, t, level, firstPrior), hidden: t }
    },
    output(scope, codes, options) {
      const z = read(codes)
      const own = scope.child('decoder').child('data')
      return reshape(linear(own, layers(full, own, z, widths[0]!, options), sizeOf(shape)), [z.shape[0]!, ...shape])
    },
  })
}

/** Hidden layers of a width: h ← a(norm(W x + b)), then h ← h + a(norm(W h + b)). */
function layers(
  { layers_per_level: count, act_fn: name, norm, dropout: rate }: Config,
  scope: Scope,
  x: Tensor,
  width: number,
  { dropout }: HierarchyOptions = {},
): Tensor {
  let h = x
  for (let i = 0; i < count; i++) {
    const own = scope.child('layers').child(i)
    const y = linear(own, h, width)
    const next = activations[name](norm ? layerNorm(own.child('norm'), y) : y)
    const kept = dropout === undefined || rate === 0 ? next : dropout(next, rate)
    h = i === 0 ? kept : add(h, kept)
  }
  return h
}
