/** How the time, a class and what SDXL adds enter a conditional U-Net, and which conditions it has for that. */
import { add, concat, cos, div, filled, max, mean, mul, reshape, sin, stopGradient, sum } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { activation } from '../activation.ts'
import { attention, maskBias } from '../attention.ts'
import type { ConditionSpec, ConditionSpecs } from '../condition-spec.ts'
import { presentConditions, withConditions } from '../conditions.ts'
import { type Context, contextOf } from '../cross-attention.ts'
import { embedding, layerNorm, linear } from '../layers.ts'
import type { NetworkInputs } from '../network.ts'
import { normalWith } from '../parameters.ts'
import type { Scope } from '../parameters.ts'
import { sinusoidal } from '../time-embedding.ts'
import { className } from './config.ts'
import type { UNet2DConditionFields } from './fields.ts'

/** Width of the embedding of time and class. */
export function embeddingWidth(config: UNet2DConditionFields): number {
  const perChannel = config.time_embedding_type === 'fourier' ? 2 : 4
  return config.time_embedding_dim ?? config.block_out_channels[0]! * perChannel
}

/** The size of the context's vectors, as they come in. */
export function contextSize({ encoder_hid_dim, cross_attention_dim: size }: UNet2DConditionFields): number {
  return encoder_hid_dim ?? ((Array.isArray(size) ? size[0] : size) as number)
}

/**
 * The conditions: `labels`, `context`, `text_embeds` and `time_ids` of SDXL, `timestep_cond` of a guidance-distilled network, and
 * others of ours.
 */
export function conditionsOf(config: UNet2DConditionFields): ConditionSpecs {
  const vector = (size: number): ConditionSpec => Object.freeze({ kind: 'vector', size })
  const labels = labelsOf(config)
  return Object.freeze({
    ...(labels && { labels }),
    context: Object.freeze({
      kind: 'sequence',
      length: config.context_length,
      size: contextSize(config),
      ...(config.context_nothing && { nothing: true }),
    }),
    ...(config.addition_embed_type === 'text_time' && {
      text_embeds: vector(
        config.projection_class_embeddings_input_dim! - config.time_ids_length * config.addition_time_embed_dim!,
      ),
      time_ids: vector(config.time_ids_length),
    }),
    ...(config.time_cond_proj_dim !== null && { timestep_cond: vector(config.time_cond_proj_dim) }),
    ...config.conditions,
  } as ConditionSpecs)
}

function labelsOf(config: UNet2DConditionFields): ConditionSpec | undefined {
  switch (config.class_embed_type) {
    case null:
      return config.num_class_embeds === null
        ? undefined
        : Object.freeze({ kind: 'class', classes: config.num_class_embeds })
    case 'timestep':
      return Object.freeze({ kind: 'vector', size: 1 })
    case 'identity':
      return Object.freeze({ kind: 'vector', size: embeddingWidth(config) })
    case 'projection':
    case 'simple_projection':
      return Object.freeze({ kind: 'vector', size: config.projection_class_embeddings_input_dim! })
    default:
      return config.class_embed_type satisfies never
  }
}

/** The embedding of time and conditions that enters every residual block, `[N, E]`, before the activation. */
export function embed(
  config: UNet2DConditionFields,
  scope: Scope,
  { x, t, conditions }: Pick<NetworkInputs, 'x' | 't' | 'conditions'>,
): Tensor {
  const batch = x.shape[0]!
  const given = presentConditions(className, conditions, conditionsOf(config), batch)
  const features = timeFeatures(config, scope.child('time_proj'), t)
  let time = twoLayers(config, scope.child('time_embedding'), features, {
    beside: given['timestep_cond'],
    last: config.timestep_post_act,
  })
  const others = config.conditions ?? {}
  const own = Object.fromEntries(Object.keys(others).map((name) => [name, given[name]!]))
  time = withConditions(className, scope, time, own, others, { batch })

  const labels = given['labels'] && classEmbedding(config, scope, given['labels'])
  if (labels) time = config.class_embeddings_concat ? concat([time, labels], 1) : add(time, labels)
  const added = addition(config, scope, given)
  if (added) time = add(time, added)
  return config.time_embedding_act_fn === null ? time : activation(config.time_embedding_act_fn)(time)
}

/** Numbers `[N]` → `[N, F]`. */
function timeFeatures(config: UNet2DConditionFields, scope: Scope, numbers: Tensor): Tensor {
  const { flip_sin_to_cos: cosFirst, freq_shift: frequencyShift } = config
  if (config.time_embedding_type === 'positional') {
    return sinusoidal(numbers, config.block_out_channels[0]!, { cosFirst, frequencyShift })
  }
  // unlike that of UNet2DModel, without a logarithm
  const count = embeddingWidth(config) / 2
  const weight = stopGradient(scope.parameter('weight', [count], normalWith(16)))
  const angle = mul(mul(reshape(numbers, [-1, 1]), reshape(weight, [1, count])), 2 * Math.PI)
  return concat(cosFirst ? [cos(angle), sin(angle)] : [sin(angle), cos(angle)], 1)
}

/** `linear_2(act(linear_1(features + cond_proj(beside))))`, `[N, E]`. */
function twoLayers(
  config: UNet2DConditionFields,
  scope: Scope,
  features: Tensor,
  {
    beside,
    last = null,
    act = config.act_fn,
  }: { readonly beside?: Tensor | undefined; readonly last?: string | null; readonly act?: string } = {},
): Tensor {
  const width = embeddingWidth(config)
  const seen = beside
    ? add(features, linear(scope.child('cond_proj'), beside, features.shape[1]!, { bias: false }))
    : features
  const hidden = activation(act)(linear(scope.child('linear_1'), seen, width))
  const out = linear(scope.child('linear_2'), hidden, width)
  return last === null ? out : activation(last)(out)
}

function classEmbedding(config: UNet2DConditionFields, scope: Scope, labels: Tensor): Tensor {
  const own = scope.child('class_embedding')
  switch (config.class_embed_type) {
    case null:
      return embedding(own, labels, config.num_class_embeds!, embeddingWidth(config))
    case 'timestep':
      return twoLayers(config, own, timeFeatures(config, scope.child('time_proj'), reshape(labels, [-1])))
    case 'identity':
      return labels
    case 'projection':
      return twoLayers(config, own, labels, { act: 'silu' })
    case 'simple_projection':
      return linear(own, labels, embeddingWidth(config))
    default:
      return config.class_embed_type satisfies never
  }
}

/** What `addition_embed_type` adds. */
function addition(
  config: UNet2DConditionFields,
  scope: Scope,
  given: Readonly<Record<string, Tensor>>,
): Tensor | undefined {
  if (config.addition_embed_type === 'text') {
    return pooledText(config, scope.child('add_embedding'), contextOf(given['context']!, config.context_nothing))
  }
  if (config.addition_embed_type !== 'text_time') return undefined
  const [texts, ids] = [given['text_embeds']!, given['time_ids']!]
  const [batch, count] = ids.shape as [number, number]
  const { flip_sin_to_cos: cosFirst, freq_shift: frequencyShift, addition_time_embed_dim: each } = config
  const waves = sinusoidal(reshape(ids, [batch * count]), each!, { cosFirst, frequencyShift })
  const all = concat([texts, reshape(waves, [batch, count * each!])], 1)
  return twoLayers(config, scope.child('add_embedding'), all, { act: 'silu' })
}

/**
 * The context pooled by attention of its mean to itself and all places, `[N, E]`: diffusers' `TextTimeEmbedding`. Places with nothing have no part
 * in mean and attention.
 */
function pooledText(config: UNet2DConditionFields, scope: Scope, { vectors, flags }: Context): Tensor {
  const pool = scope.child('pool')
  const [batch, places, width] = vectors.shape as [number, number, number]
  const h = layerNorm(scope.child('norm1'), vectors)
  const place = pool.parameter('positional_embedding', [1, width], normalWith(1 / Math.sqrt(width)))
  const share = flags && reshape(div(flags, max(sum(flags, 1, { keepDims: true }), 1)), [batch, places, 1])
  const centre = share ? sum(mul(h, share), 1, { keepDims: true }) : mean(h, 1, { keepDims: true })
  const asking = add(centre, reshape(place, [1, 1, width]))
  const bias = flags && maskBias(concat([filled(1, [batch, 1]), flags], 1))
  const all = concat([asking, h], 1)
  const project = (name: string, x: Tensor): Tensor => linear(pool.child(name), x, width)
  const seen = attention(
    project('q_proj', asking),
    project('k_proj', all),
    project('v_proj', all),
    config.addition_embed_type_num_heads,
    { bias },
  )
  const out = linear(scope.child('proj'), reshape(seen, [batch, width]), embeddingWidth(config))
  return layerNorm(scope.child('norm2'), out)
}
