/** CLIP's image encoder, as transformers has it. Radford et al., Learning Transferable Visual Models From Natural Language Supervision (2021). */
import { TweedieError } from '../../../errors.ts'
import { add, broadcastTo, concat, constant, expectShape, mul, reshape, slice, transpose } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { badField, count } from '../check-config.ts'
import type { ImageCode, ImageEncoder, ImageEncoderOptions } from '../image-encoder.ts'
import { convolution, layerNorm, linear } from '../layers.ts'
import { normalWith } from '../parameters.ts'
import type { Scope } from '../parameters.ts'
import { completeClip, layerRules } from './config.ts'
import { type ClipLayerFields, clipLayers } from './transformer.ts'

/** Every field that counts, as `image_encoder/config.json` spells it. */
export interface ClipVisionFields extends ClipLayerFields {
  readonly num_channels: number
  /** Height and width. */
  readonly image_size: number
  readonly patch_size: number
  /** Numbers of the vector for the whole picture, with a projection. */
  readonly projection_dim: number
}

/** The configuration that a user writes. Fields left out have transformers' defaults. */
export type ClipVisionConfig = Partial<ClipVisionFields>

const defaults: ClipVisionFields = {
  hidden_size: 768,
  intermediate_size: 3072,
  projection_dim: 512,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  num_channels: 3,
  image_size: 224,
  patch_size: 32,
  hidden_act: 'quick_gelu',
  layer_norm_eps: 1e-5,
}

const rules = {
  ...layerRules,
  num_channels: count,
  image_size: count,
  patch_size: count,
  projection_dim: count,
} as const

/** Mean and deviation of the channels of OpenAI's pictures, of pixels in [0, 1]: what every CLIP has been trained with. */
const pixelMean = [0.48145466, 0.4578275, 0.40821073]
const pixelStd = [0.26862954, 0.26130258, 0.27577711]

/**
 * CLIP's image tower: a vector for each patch, and one in front for the whole picture; a norm, layers with attention among all, and for
 * `pooled` another norm of the first. `hidden` is what comes out of the layers, as transformers' `last_hidden_state`; with `skip` s, of those s
 * layers before.
 *
 * `x [N, C, H, W]` in [−1, 1], which it standardises as CLIP's preprocessing does, to `hidden [N, 1 + patches, C]` and `pooled [N, C]`.
 *
 * @throws TweedieError `model` for a configuration that makes no sense
 * @example
 * const encoder = clipVisionModelWithProjection(JSON.parse(await readFile('image_encoder/config.json', 'utf8')))
 */
export function clipVisionModel(config: ClipVisionConfig): ImageEncoder {
  return visionModel('CLIPVisionModel', config, false)
}

/** {@link clipVisionModel} whose `pooled` is multiplied by `visual_projection.weight`: `[N, projection_dim]`. */
export function clipVisionModelWithProjection(config: ClipVisionConfig): ImageEncoder {
  return visionModel('CLIPVisionModelWithProjection', config, true)
}

function visionModel(className: string, config: ClipVisionConfig, projected: boolean): ImageEncoder {
  const full = completeClip(className, config, defaults, rules)
  const { image_size: size, patch_size: patch, num_channels: channels } = full
  if (size % patch !== 0) throw badField(className, 'image_size', size, `a multiple of patch_size = ${patch}`)
  return Object.freeze<ImageEncoder>({
    className,
    config: Object.freeze({ architectures: [className], model_type: 'clip_vision_model', ...config, ...full }),
    inputShape: Object.freeze([channels, size, size]),
    length: 1 + (size / patch) ** 2,
    width: full.hidden_size,
    pooledWidth: projected ? full.projection_dim : full.hidden_size,
    buffers: ['vision_model.embeddings.position_ids'],
    rename: (name) =>
      /^(embeddings|encoder|pre_layrnorm|post_layernorm)\./.test(name) ? `vision_model.${name}` : name,
    encode: (scope, x, options) => encode(className, full, projected, scope, x, options),
  })
}

function encode(
  className: string,
  config: ClipVisionFields,
  projected: boolean,
  scope: Scope,
  x: Tensor,
  { skip = 0 }: ImageEncoderOptions = {},
): ImageCode {
  const { hidden_size: width, num_hidden_layers: layers, image_size: size, num_channels: channels } = config
  const batch = x.shape[0]!
  expectShape(`${className}: x`, x, [batch, channels, size, size])
  if (!(Number.isInteger(skip) && skip >= 0 && skip < layers)) {
    throw new TweedieError('model', `${className}: skip ${skip} of ${layers} layers: one must be left`)
  }
  const model = scope.child('vision_model')
  const norm = (name: string, h: Tensor): Tensor => layerNorm(model.child(name), h, config.layer_norm_eps)
  // transformers does spell it so
  const placed = norm('pre_layrnorm', embedded(config, model.child('embeddings'), standardised(x)))
  const states = clipLayers(config, model.child('encoder'), placed)
  const first = reshape(slice(states.at(-1)!, 1, 0, 1), [batch, width])
  const pooled = norm('post_layernorm', first)
  const hidden = states[layers - skip]!
  if (!projected) return { hidden, pooled }
  return { hidden, pooled: linear(scope.child('visual_projection'), pooled, config.projection_dim, { bias: false }) }
}

/** The vector of the whole and those of the patches, row by row, with their places: `[N, 1 + patches, C]`. */
function embedded({ hidden_size: width, patch_size: patch }: ClipVisionFields, scope: Scope, x: Tensor): Tensor {
  const small = normalWith(0.02)
  const whole = scope.parameter('class_embedding', [width], small)
  const options = { kernel: patch, stride: patch, padding: 0, bias: false, init: small }
  const patches = convolution(scope.child('patch_embedding'), x, width, options)
  const [batch, , rows, columns] = patches.shape as [number, number, number, number]
  const tokens = transpose(reshape(patches, [batch, width, rows * columns]), [0, 2, 1])
  const all = concat([broadcastTo(reshape(whole, [1, 1, width]), [batch, 1, width]), tokens], 1)
  return add(all, scope.child('position_embedding').parameter('weight', [1 + rows * columns, width], small))
}

/** Pictures in [−1, 1] as CLIP's preprocessing leaves them: `((x + 1) / 2 − mean) / std`, by channel; others than of three channels stay. */
function standardised(x: Tensor): Tensor {
  if (x.shape[1] !== pixelMean.length) return x
  const byChannel = (value: (mean: number, std: number) => number): Tensor =>
    constant(
      pixelMean.map((mean, i) => value(mean, pixelStd[i]!)),
      [1, pixelMean.length, 1, 1],
    )
  return add(
    mul(
      x,
      byChannel((_, std) => 0.5 / std),
    ),
    byChannel((mean, std) => (0.5 - mean) / std),
  )
}
