/** A flow of vectors by masked autoregressive maps: better densities than couplings of the same size, and a sequential inverse. */
import { sizeOf } from '../../engine/graph/index.ts'
import type { Shape } from '../../engine/graph/index.ts'
import { checkConfig, count, countOrNull, counts, layerCount, probability } from '../../engine/nn/check-config.ts'
import { conditionsOfKinds } from '../../engine/nn/condition-config.ts'
import { autoregressive } from './autoregressive.ts'
import type { Bijection } from './bijection.ts'
import { chain } from './chain.ts'
import { type FlowConfig, type FlowNetwork, flowNetwork } from './flow-network.ts'
import { reshaped, reversed } from './moving.ts'
import { shadeSpline } from './shade-spline.ts'
import { shadesRule, type TransformConfig, transformOf, transformRules } from './transform-config.ts'

/** Options of {@link autoregressiveFlow}. */
export interface AutoregressiveFlowConfig extends FlowConfig, TransformConfig {
  /** One item of the data. */
  readonly input_shape: Shape
  /** Maps, in alternating orders; 2 by default. */
  readonly maps?: number
  /** Features of the masked networks; 256 by default. */
  readonly width?: number
  /** Residual blocks of each; 2 by default. */
  readonly layers?: number
  readonly dropout?: number
  /** How many shades the data have: the first map is then by splines for them; null by default. */
  readonly shades?: number | null
}

const defaults: Required<AutoregressiveFlowConfig> = {
  input_shape: [],
  maps: 2,
  transform: 'spline',
  bins: 8,
  box: 4,
  width: 256,
  layers: 2,
  dropout: 0,
  shades: null,
  num_class_embeds: null,
  conditions: null,
}

const rules = {
  ...transformRules,
  input_shape: counts,
  maps: layerCount,
  width: count,
  layers: layerCount,
  dropout: probability,
  shades: shadesRule,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector'),
} as const

/**
 * Masked autoregressive maps, each in the opposite order of the one before. Papamakarios, Pavlakou & Murray (2017); with splines,
 * RQ-NSF (AR) of Durkan et al. (2019).
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const flow = autoregressiveFlow({ input_shape: [8], maps: 2 })
 */
export function autoregressiveFlow(config: AutoregressiveFlowConfig): FlowNetwork {
  const full = Object.freeze(checkConfig('AutoregressiveFlow', config, defaults, rules))
  const shape = [sizeOf(full.input_shape)]
  const transform = transformOf(full)
  const { shades, bins } = full
  const first = shades === null ? transform : shadeSpline(shades, Math.min(shades, Math.max(bins, 4)))
  const maps = Array.from({ length: full.maps }, (_, i): Bijection[] => [
    ...(i > 0 ? [reversed(shape)] : []),
    autoregressive(shape, i === 0 ? first : transform, full),
  ])
  const parts = [reshaped(full.input_shape, shape), ...maps.flat()]
  return flowNetwork('AutoregressiveFlow', full, chain(parts), full.width)
}
