/** A flow of images by causal transformers over patches, in alternating orders. */
import { sizeOf } from '../../engine/graph/index.ts'
import {
  checkConfig,
  count,
  countOrNull,
  countOrZero,
  heightAndWidth,
  imageSize,
  layerCount,
  probability,
} from '../../engine/nn/check-config.ts'
import { conditionsOfKinds } from '../../engine/nn/condition-config.ts'
import { TweedieError } from '../../errors.ts'
import type { Bijection } from './bijection.ts'
import { causal } from './causal-transformer.ts'
import { chain } from './chain.ts'
import { affineTransform } from './element-transform.ts'
import { type FlowConfig, type FlowNetwork, flowNetwork } from './flow-network.ts'
import { patchTokens, reshaped, reversed } from './moving.ts'
import { shadeSpline } from './shade-spline.ts'
import { shadesRule, transformRules } from './transform-config.ts'

/** Options of {@link tarFlow}. */
export interface TarFlowConfig extends FlowConfig {
  /** Height and width: one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels?: number
  /** Side of the patches that are tokens; 4 by default. */
  readonly patch_size?: number
  /** Causal maps; 4 by default. */
  readonly maps?: number
  /** How many shades the data have: the first map is then by splines for them; null: it is affine, as the others are. */
  readonly shades?: number | null
  /** Of those splines: bins; 16 by default. */
  readonly bins?: number
  /**
   * Of the first map, if it is by splines: features of the layer by which pixels see those before them in their patch; 256 by default,
   * 0: they do not.
   */
  readonly inner?: number
  /** Of each transformer: features of a token, layers, heads. */
  readonly width?: number
  readonly layers?: number
  readonly heads?: number
  readonly dropout?: number
}

const defaults: Required<TarFlowConfig> = {
  sample_size: 0,
  in_channels: 1,
  patch_size: 4,
  maps: 4,
  shades: null,
  bins: 16,
  inner: 256,
  width: 128,
  layers: 4,
  heads: 4,
  dropout: 0,
  num_class_embeds: null,
  conditions: null,
}

const rules = {
  bins: transformRules.bins,
  shades: shadesRule,
  inner: countOrZero,
  sample_size: imageSize,
  in_channels: count,
  patch_size: count,
  maps: layerCount,
  width: count,
  layers: layerCount,
  heads: count,
  dropout: probability,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector'),
} as const

/**
 * Causal maps of patches, each in the opposite order of the one before: Zhai et al., Normalizing Flows are Capable Generative Models
 * (2024). Theirs are affine; here the first map by splines, since a pixel of eight bits is often exactly black, which no Gaussian is.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const flow = tarFlow({ sample_size: 28, in_channels: 1 })
 */
export function tarFlow(config: TarFlowConfig): FlowNetwork {
  const full = Object.freeze(checkConfig('TarFlow', config, defaults, rules))
  const { patch_size: patch, width, heads, shades } = full
  const [height, across] = heightAndWidth(full.sample_size)
  const shape = [full.in_channels, height, across]
  if (height % patch !== 0 || across % patch !== 0) {
    throw new TweedieError(
      'model',
      `TarFlow: ${height} × ${across} in patches of ${patch}: sides must be multiples of it`,
    )
  }
  if (width % heads !== 0) throw new TweedieError('model', `TarFlow: ${heads} heads do not divide the width ${width}`)
  const tokens = patchTokens(shape, patch)
  const tokenShape = tokens.outputShape
  const first = shades === null ? affineTransform() : shadeSpline(shades, Math.min(shades, full.bins))
  const maps = Array.from({ length: full.maps }, (_, i): Bijection[] => [
    ...(i > 0 ? [reversed(tokenShape)] : []),
    i === 0
      ? causal(tokenShape, first, { ...full, inner: shades === null ? 0 : full.inner })
      : causal(tokenShape, affineTransform(), { ...full, inner: 0 }),
  ])
  const parts = [tokens, ...maps.flat(), reshaped(tokenShape, [sizeOf(tokenShape)])]
  return Object.freeze({ ...flowNetwork('TarFlow', full, chain(parts), width), stride: patch })
}
