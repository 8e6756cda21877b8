/**
 * How a class, or numbers in its place, enter a U-Net: the three `class_embed_type`s of diffusers. The input is the
 * condition `labels` in each case.
 */
import { TweedieError } from '../../../errors.ts'
import { add, expectShape, reshape } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { conditionSpecs, type ConditionSpecs } from '../condition-spec.ts'
import { withConditions } from '../conditions.ts'
import type { NetworkInputs } from '../network.ts'
import type { Scope } from '../parameters.ts'
import { timeMlp } from '../time-embedding.ts'
import type { UNet2DFields } from './fields.ts'

/** Width of the embedding of time and class. */
export function embeddingWidth(config: UNet2DFields): number {
  return config.time_embedding_dim ?? config.block_out_channels[0]! * 4
}

/**
 * The network's conditions: a class, one number (`timestep`) or a vector as wide as the embedding (`identity`) as
 * `labels`; and others.
 */
export function specsOf(config: UNet2DFields): ConditionSpecs {
  if (config.class_embed_type === null) return conditionSpecs(config.num_class_embeds, config.conditions)
  const size = config.class_embed_type === 'timestep' ? 1 : embeddingWidth(config)
  return Object.freeze({ labels: Object.freeze({ kind: 'vector', size }), ...config.conditions })
}

/**
 * Adds the conditions to the embedding of the time, `[N, E]`. A number goes through time features and its own layers; a
 * vector is added unchanged.
 *
 * @param features of numbers `[N]`, as of times
 */
export function withClassAndConditions(
  config: UNet2DFields,
  scope: Scope,
  time: Tensor,
  conditions: NetworkInputs['conditions'] = {},
  features: (numbers: Tensor) => Tensor,
): Tensor {
  if (config.class_embed_type === null) {
    const classes = { std: config.class_embed_std ?? 1 }
    return withConditions('UNet2DModel', scope, time, conditions, specsOf(config), { classes })
  }
  const { labels, ...others } = conditions
  const [batch, width] = time.shape as [number, number]
  const embedded = withConditions('UNet2DModel', scope, time, others, config.conditions ?? {})
  if (labels === undefined) {
    throw new TweedieError('usage', 'this UNet2DModel needs labels', {
      hint: config.class_embed_type === 'timestep' ? 'a number for each item' : `${width} numbers for each item`,
    })
  }
  if (config.class_embed_type === 'identity') {
    expectShape('UNet2DModel: labels', labels, [batch, width])
    return add(embedded, labels)
  }
  expectShape('UNet2DModel: labels', labels, [batch, 1])
  return add(embedded, timeMlp(scope.child('class_embedding'), features(reshape(labels, [batch])), width))
}
