/** A multi-scale flow of images: squeeze, steps of scale, mixing and coupling, and half of the channels are finished. */
import {
  type FieldRule,
  checkConfig,
  count,
  countOrNull,
  heightAndWidth,
  imageSize,
  layerCount,
  probability,
} from '../../engine/nn/check-config.ts'
import { conditionsOfKinds } from '../../engine/nn/condition-config.ts'
import { TweedieError } from '../../errors.ts'
import { actNorm } from './act-norm.ts'
import type { Bijection } from './bijection.ts'
import { chain } from './chain.ts'
import { convConditioner } from './conditioner.ts'
import { coupling } from './coupling.ts'
import { type FlowConfig, type FlowNetwork, flowNetwork } from './flow-network.ts'
import { mixing } from './mixing.ts'
import { squeeze } from './moving.ts'
import { multiScale } from './multi-scale.ts'
import { type TransformConfig, transformOf, transformRules } from './transform-config.ts'

/** Options of {@link glowFlow}. */
export interface GlowFlowConfig extends FlowConfig, TransformConfig {
  /** Height and width: one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels?: number
  /** Scales: sides must be multiples of 2 to this power; 2 by default. */
  readonly levels?: number
  /** Steps on each; 6 by default. */
  readonly steps?: number
  /** Channels of the couplings' networks; 64 by default. */
  readonly width?: number
  /** Residual blocks of each; 1 by default. */
  readonly layers?: number
  readonly dropout?: number
}

const defaults: Required<GlowFlowConfig> = {
  sample_size: 0,
  in_channels: 1,
  levels: 2,
  steps: 6,
  transform: 'affine',
  bins: 8,
  box: 4,
  width: 64,
  layers: 1,
  dropout: 0,
  num_class_embeds: null,
  conditions: null,
}

/** More scales than this would need images of 1024 pixels and more. */
const mostLevels = 10

const levelRule: FieldRule = [
  (value) => count[0](value) && (value as number) <= mostLevels,
  `a positive integer, at most ${mostLevels}`,
]

const rules = {
  ...transformRules,
  sample_size: imageSize,
  in_channels: count,
  levels: levelRule,
  steps: layerCount,
  width: count,
  layers: layerCount,
  dropout: probability,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector'),
} as const

/**
 * The multi-scale architecture of Kingma & Dhariwal, Glow (2018), whose networks are residual.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const flow = glowFlow({ sample_size: 28, in_channels: 1 })
 */
export function glowFlow(config: GlowFlowConfig): FlowNetwork {
  const full = Object.freeze(checkConfig('GlowFlow', config, defaults, rules))
  const [height, width] = heightAndWidth(full.sample_size)
  const stride = 2 ** full.levels
  if (height % stride !== 0 || width % stride !== 0) {
    throw new TweedieError(
      'model',
      `GlowFlow: ${height} × ${width} in ${full.levels} levels: sides must be multiples of ${stride}`,
    )
  }
  const conditioner = convConditioner(full)
  const transform = transformOf(full)
  let shape: readonly number[] = [full.in_channels, height, width]
  const levels = Array.from({ length: full.levels }, (_, level) => {
    const halves = squeeze(shape)
    const inner = halves.outputShape
    const steps = Array.from({ length: full.steps }, (__, i): Bijection[] => [
      actNorm(inner),
      mixing(inner, level * full.steps + i),
      coupling(inner, { transform, conditioner, maps: i % 2 === 0 ? 'last' : 'first' }),
    ])
    shape = [Math.floor(inner[0]! / 2), ...inner.slice(1)]
    return chain([halves, ...steps.flat(), actNorm(inner)])
  })
  return Object.freeze({ ...flowNetwork('GlowFlow', full, multiScale(levels), full.width), stride })
}
