/** CLIP's text encoder, as transformers has it. Radford et al., Learning Transferable Visual Models From Natural Language Supervision (2021). */
import { TweedieError } from '../../../errors.ts'
import {
  add,
  cast,
  equal,
  expandDims,
  gather,
  matmul,
  mul,
  reduceMax,
  reshape,
  showShape,
  slice,
  sub,
  sum,
  where,
  constant,
} from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { causalBias } from '../attention.ts'
import { count, countOrZero } from '../check-config.ts'
import { layerNorm, linear } from '../layers.ts'
import { normalWith } from '../parameters.ts'
import type { Scope } from '../parameters.ts'
import type { TextCode, TextEncoder, TextEncoderOptions } from '../text-encoder.ts'
import { completeClip, layerRules } from './config.ts'
import { type ClipLayerFields, clipLayers } from './transformer.ts'

/** Every field that counts, as `text_encoder/config.json` spells it. */
export interface ClipTextFields extends ClipLayerFields {
  readonly vocab_size: number
  /** The places of a text, its start and end among them. */
  readonly max_position_embeddings: number
  /** Numbers of the vector for the whole text, with a projection. */
  readonly projection_dim: number
  /** The end of a text, whose place becomes the vector for the whole text. 2: the greatest token, as older files mean it. */
  readonly eos_token_id: number
  readonly bos_token_id: number
  readonly pad_token_id: number
}

/** The configuration that a user writes. Fields left out have transformers' defaults. */
export type ClipTextConfig = Partial<ClipTextFields>

const defaults: ClipTextFields = {
  vocab_size: 49_408,
  hidden_size: 512,
  intermediate_size: 2048,
  projection_dim: 512,
  num_hidden_layers: 12,
  num_attention_heads: 8,
  max_position_embeddings: 77,
  hidden_act: 'quick_gelu',
  layer_norm_eps: 1e-5,
  pad_token_id: 1,
  bos_token_id: 49_406,
  eos_token_id: 49_407,
}

const rules = {
  ...layerRules,
  vocab_size: count,
  max_position_embeddings: count,
  projection_dim: count,
  eos_token_id: countOrZero,
  bos_token_id: countOrZero,
  pad_token_id: countOrZero,
} as const

/** The end's number in configurations of before 2023, which is not that of their tokens. */
const legacyEnd = 2

/**
 * CLIP's text tower: embeddings of tokens and places, layers in which each place sees those before it, and a norm. `pooled` is the normed
 * vector at the first end of the text.
 *
 * `tokens [N, S]` int32, `S ≤ max_position_embeddings`, to `hidden [N, S, C]` and `pooled [N, C]`. With `skip` s, `hidden` is what
 * comes out of s layers before the last.
 *
 * @throws TweedieError `model` for a configuration that makes no sense
 * @example
 * const encoder = clipTextModel(JSON.parse(await readFile('text_encoder/config.json', 'utf8')))
 */
export function clipTextModel(config: ClipTextConfig): TextEncoder {
  return textModel('CLIPTextModel', config, false)
}

/** {@link clipTextModel} whose `pooled` is multiplied by `text_projection.weight`: `[N, projection_dim]`. */
export function clipTextModelWithProjection(config: ClipTextConfig): TextEncoder {
  return textModel('CLIPTextModelWithProjection', config, true)
}

function textModel(className: string, config: ClipTextConfig, projected: boolean): TextEncoder {
  const full = completeClip(className, config, defaults, rules)
  return Object.freeze<TextEncoder>({
    className,
    // all that the file says, so that it may be written again
    config: Object.freeze({ architectures: [className], model_type: 'clip_text_model', ...config, ...full }),
    length: full.max_position_embeddings,
    vocabulary: full.vocab_size,
    width: full.hidden_size,
    pooledWidth: projected ? full.projection_dim : full.hidden_size,
    buffers: ['text_model.embeddings.position_ids'],
    rename: (name) => (/^(embeddings|encoder|final_layer_norm)\./.test(name) ? `text_model.${name}` : name),
    encode: (scope, tokens, options) => encode(className, full, projected, scope, tokens, options),
  })
}

function encode(
  className: string,
  config: ClipTextFields,
  projected: boolean,
  scope: Scope,
  tokens: Tensor,
  { skip = 0, finalNorm = true }: TextEncoderOptions = {},
): TextCode {
  const { hidden_size: width, vocab_size, max_position_embeddings: length, num_hidden_layers: layers } = config
  const places = tokens.shape[1]!
  if (tokens.shape.length !== 2 || places > length || tokens.dtype !== 'int32') {
    const got = `${tokens.dtype} ${showShape(tokens.shape)}`
    throw new TweedieError('shape', `${className}: tokens: expected int32 [N, ${length}] or fewer, got ${got}`)
  }
  if (!(Number.isInteger(skip) && skip >= 0 && skip < layers)) {
    throw new TweedieError('model', `${className}: skip ${skip} of ${layers} layers: one must be left`)
  }
  const model = scope.child('text_model')
  const embeddings = model.child('embeddings')
  const small = normalWith(0.02)
  const table = embeddings.child('token_embedding').parameter('weight', [vocab_size, width], small)
  const positions = embeddings.child('position_embedding').parameter('weight', [length, width], small)
  const embedded = add(gather(table, tokens), slice(positions, 0, 0, places))
  const states = clipLayers(config, model.child('encoder'), embedded, causalBias(places))
  const norm = (h: Tensor): Tensor => layerNorm(model.child('final_layer_norm'), h, config.layer_norm_eps)
  const last = norm(states.at(-1)!)
  const chosen = states[layers - skip]!
  const hidden = finalNorm ? (skip === 0 ? last : norm(chosen)) : chosen
  const pooled = reshape(matmul(expandDims(endFlags(tokens, config.eos_token_id), 1), last), [tokens.shape[0]!, width])
  if (!projected) return { hidden, pooled }
  return { hidden, pooled: linear(scope.child('text_projection'), pooled, config.projection_dim, { bias: false }) }
}

/** 1 at the first end of each text, else 0: `[N, S]`. The first place, if there is no end. */
function endFlags(tokens: Tensor, end: number): Tensor {
  const numbers = cast(tokens, 'float32')
  const wanted = end === legacyEnd ? reduceMax(numbers, 1, { keepDims: true }) : end
  const places = tokens.shape[1]!
  const found = where(equal(numbers, wanted), 1, 0)
  const before = Float32Array.from({ length: places * places }, (_, i) => Number(Math.floor(i / places) < i % places))
  const earlier = matmul(found, constant(before, [places, places]))
  const first = mul(found, where(equal(earlier, 0), 1, 0))
  const none = sub(1, sum(first, 1, { keepDims: true }))
  const start = constant(
    Float32Array.from({ length: places }, (_, i) => Number(i === 0)),
    [1, places],
  )
  return add(first, mul(none, start))
}
