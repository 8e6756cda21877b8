/** A diffusion transformer. Peebles & Xie, Scalable Diffusion Models with Transformers (2023). */
import { TweedieError } from '../../errors.ts'
import { add, constant, gelu, mul, normalize, showShape, silu } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { selfAttention } from './attention.ts'
import { heightAndWidth } from './check-config.ts'
import { conditionSpecs } from './condition-spec.ts'
import { readImages, timeAndConditions } from './conditions.ts'
import { type Context, contextOf, crossAttention } from './cross-attention.ts'
import { checkSize, completeDitConfig, type DitConfig, type DitFields, writtenDitConfig } from './dit-config.ts'
import { linear } from './layers.ts'
import { modulate, modulation } from './modulation.ts'
import type { Network, NetworkInputs } from './network.ts'
import { normalWith, uniformWithin, zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'
import { patchify, unpatchify } from './patches.ts'
import { gridPositions } from './positions.ts'

/**
 * A transformer over patches. Time and class act through adaptive layer norms that begin as identities (adaLN-Zero):
 * each block is `h ← h + γ₁ attention(μ₁(h)); h ← h + γ₂ mlp(μ₂(h))` with `μ(h) = (1 + scale) norm(h) + shift`, and γ,
 * scale and shift are linear in the condition, at first zero. So is the output.
 *
 * Where a condition is a sequence, `h ← h + attention(norm(h), sequence)` comes between the two, at first zero too, as in PixArt-α
 * (Chen et al., 2023, https://arxiv.org/abs/2310.00426).
 *
 * @throws TweedieError `model` for an option that makes no sense, `shape` for a size that patches do not tile
 * @example
 * const network = dit({ sample_size: 32, patch_size: 4, hidden_size: 192, num_layers: 6, num_attention_heads: 3 })
 */
export function dit(config: DitConfig): Network {
  const full = completeDitConfig(config)
  const size = heightAndWidth(full.sample_size)
  return Object.freeze({
    className: 'DiT',
    config: Object.freeze({ _class_name: 'DiT', ...writtenDitConfig(full) }),
    inputShape: Object.freeze([full.in_channels, ...size]),
    outputShape: Object.freeze([full.out_channels, ...size]),
    conditions: conditionSpecs(full.num_class_embeds, full.conditions),
    stride: full.patch_size,
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
  })
}

/** What all blocks of a network share. */
export interface DitContext {
  readonly config: Pick<DitFields, 'hidden_size' | 'num_attention_heads' | 'mlp_ratio'>
  /** The activated embedding of time and conditions. */
  readonly condition: Tensor
  /** What each block attends to, by name. */
  readonly contexts: readonly (readonly [name: string, context: Context])[]
  readonly drop: (h: Tensor) => Tensor
  readonly watch: ((weights: Tensor, condition: string) => void) | undefined
}

function build(config: DitFields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { x, dropout, watch, conditions } = inputs
  const { patch_size: patch, hidden_size: width, dropout: rate } = config
  checkSize(x.shape.slice(1), config)
  const [, , height, breadth] = x.shape as [number, number, number, number]
  const [rows, columns] = [height / patch, breadth / patch]
  const drop = (h: Tensor): Tensor => (dropout === undefined || rate === 0 ? h : dropout(h, rate))

  const specs = conditionSpecs(config.num_class_embeds, config.conditions)
  const condition = silu(timeAndConditions('DiT', scope, inputs, width, specs))
  const tokens = readImages(scope, 'patch_embed', inputs, specs, (own, image, options) =>
    xavierLinear(own, patchify(image, patch), width, options),
  )
  let h = add(tokens, positions(config, scope, rows, columns))
  const context: DitContext = {
    config,
    condition,
    contexts: Object.entries(specs).flatMap(([name, spec]) =>
      spec.kind === 'sequence' ? [[name, contextOf(conditions![name]!, spec.nothing ?? false)]] : [],
    ),
    drop,
    watch: watch && ((weights, condition) => watch(weights, [rows, columns], condition)),
  }
  for (let layer = 0; layer < config.num_layers; layer++) {
    h = ditBlock(context, scope.child('blocks').child(layer), h)
  }
  return unpatchify(ditHead(scope, h, condition, patch * patch * config.out_channels), rows, columns, patch)
}

/** The way out: a norm that the condition scales and shifts, and a linear layer, at first zero. `h [N, T, width] → [N, T, features]`. */
export function ditHead(scope: Scope, h: Tensor, condition: Tensor, features: number): Tensor {
  const width = h.shape[2]!
  const shape = [condition.shape[0]!, 1, width]
  const [shift, scale] = modulation(scope.child('modulation_out'), condition, width, [0, 0], shape)
  return linear(scope.child('proj_out'), modulate(h, shift!, scale!), features, { init: zeros })
}

/** One block: attention and a perceptron, each behind a norm and gated by the condition. `x [N, T, width]`, same shape. */
export function ditBlock({ config, condition, contexts, drop, watch }: DitContext, scope: Scope, x: Tensor): Tensor {
  const { hidden_size: width, num_attention_heads: heads } = config
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulation(
    scope.child('modulation'),
    condition,
    width,
    [0, 0, 0, 0, 0, 0],
    [condition.shape[0]!, 1, width],
  )
  const attended = selfAttention(scope.child('attention'), modulate(x, shift1!, scale1!), heads, {
    init: xavier(width, width),
  })
  let h = add(x, mul(gate1!, drop(attended)))
  for (const [name, context] of contexts) {
    const own = scope.child('cross_attention').child(name)
    const told = watch && ((weights: Tensor): void => watch(weights, name))
    h = add(h, drop(crossAttention(own, normalize(h, epsilon), context, heads, { init: zeros, watch: told })))
  }
  const hidden = gelu(
    xavierLinear(
      scope.child('mlp').child('linear_1'),
      modulate(h, shift2!, scale2!),
      Math.round(width * config.mlp_ratio),
    ),
  )
  return add(h, mul(gate2!, drop(xavierLinear(scope.child('mlp').child('linear_2'), hidden, width))))
}

/** Of the norm before attention to a sequence. */
const epsilon = 1e-6

/** Glorot & Bengio (2010): uniform with variance 2 / (fanIn + fanOut). */
const xavier = (inFeatures: number, outFeatures: number) => uniformWithin(Math.sqrt(6 / (inFeatures + outFeatures)))

/** A linear layer whose first weights have that variance. */
export const xavierLinear = (
  scope: Scope,
  x: Tensor,
  outFeatures: number,
  options: { readonly bias?: boolean } = {},
): Tensor => linear(scope, x, outFeatures, { init: xavier(x.shape.at(-1)!, outFeatures), ...options })

/** The vector of every place, `[1, rows · columns, width]`. A learned table fits one size only. */
function positions(config: DitFields, scope: Scope, rows: number, columns: number): Tensor {
  const { hidden_size: width, patch_size: patch } = config
  const shape = [1, rows * columns, width]
  if (config.position_embedding === 'sincos') return constant(gridPositions(rows, columns, width), shape)
  const size = heightAndWidth(config.sample_size)
  if (size[0] !== rows * patch || size[1] !== columns * patch) {
    const got = showShape([rows * patch, columns * patch])
    throw new TweedieError('shape', `size ${got}: learned positions fit ${showShape(size)} only`, {
      hint: 'position_embedding "sincos" takes any size',
    })
  }
  return scope.parameter('pos_embed', shape, normalWith(0.02))
}
