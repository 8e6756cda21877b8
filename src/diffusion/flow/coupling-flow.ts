/** A flow of vectors by couplings: for points in the plane, tables, small images. */
import { sizeOf } from '../../engine/graph/index.ts'
import type { Shape } from '../../engine/graph/index.ts'
import { checkConfig, count, countOrNull, counts, layerCount, probability } from '../../engine/nn/check-config.ts'
import { conditionsOfKinds } from '../../engine/nn/condition-config.ts'
import { TweedieError } from '../../errors.ts'
import { actNorm } from './act-norm.ts'
import type { Bijection } from './bijection.ts'
import { chain } from './chain.ts'
import { mlpConditioner } from './conditioner.ts'
import { coupling } from './coupling.ts'
import { type FlowConfig, type FlowNetwork, flowNetwork } from './flow-network.ts'
import { mixing } from './mixing.ts'
import { reshaped } from './moving.ts'
import { type TransformConfig, transformOf, transformRules } from './transform-config.ts'

/** Options of {@link couplingFlow}. */
export interface CouplingFlowConfig extends FlowConfig, TransformConfig {
  /** One item of the data: `[2]` for points in the plane. */
  readonly input_shape: Shape
  /** Couplings; 8 by default. */
  readonly couplings?: number
  /** Features of the networks in the couplings; 64 by default. */
  readonly width?: number
  /** Residual blocks of each; 2 by default. */
  readonly layers?: number
  readonly dropout?: number
}

const defaults: Required<CouplingFlowConfig> = {
  input_shape: [],
  couplings: 8,
  transform: 'spline',
  bins: 8,
  box: 4,
  width: 64,
  layers: 2,
  dropout: 0,
  num_class_embeds: null,
  conditions: null,
}

const rules = {
  ...transformRules,
  input_shape: counts,
  couplings: layerCount,
  width: count,
  layers: layerCount,
  dropout: probability,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector'),
} as const

/**
 * Couplings that map the halves of a vector in turn; before each, a scale, a shift and a mixing of all numbers. Durkan et al., Neural
 * Spline Flows (2019).
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const flow = couplingFlow({ input_shape: [2], couplings: 4 })
 */
export function couplingFlow(config: CouplingFlowConfig): FlowNetwork {
  const full = Object.freeze(checkConfig('CouplingFlow', config, defaults, rules))
  const size = sizeOf(full.input_shape)
  if (size < 2) {
    throw new TweedieError('model', 'CouplingFlow: items of one number cannot be cut into halves', {
      hint: 'AutoregressiveFlow takes them',
    })
  }
  const conditioner = mlpConditioner(full)
  const transform = transformOf(full)
  const steps = Array.from({ length: full.couplings }, (_, i): Bijection[] => [
    actNorm([size]),
    mixing([size], i),
    coupling([size], { transform, conditioner, maps: i % 2 === 0 ? 'last' : 'first' }),
  ])
  const parts = [reshaped(full.input_shape, [size]), ...steps.flat(), actNorm([size])]
  return flowNetwork('CouplingFlow', full, chain(parts), full.width)
}
