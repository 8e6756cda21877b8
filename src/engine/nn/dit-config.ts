/** The configuration of a diffusion transformer, checked. */
import { TweedieError } from '../../errors.ts'
import { showShape } from '../graph/index.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
  heightAndWidth,
  imageSize,
  oneOf,
  positiveNumber,
  probability,
  layerCount,
} from './check-config.ts'
import { conditionsOfKinds } from './condition-config.ts'
import type { ConditionSpecs } from './condition-spec.ts'

/** Options of `dit`. */
export interface DitConfig {
  /** Height and width of the images; one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels?: number
  readonly out_channels?: number
  /** Side of the square patches that become tokens. */
  readonly patch_size?: number
  /** Features of a token. */
  readonly hidden_size?: number
  readonly num_layers?: number
  readonly num_attention_heads?: number
  /** Hidden features of a block's perceptron, per feature of a token. */
  readonly mlp_ratio?: number
  /** The embedding of a patch's place: fixed sines and cosines, or a learned vector for each place. */
  readonly position_embedding?: 'sincos' | 'learned'
  readonly dropout?: number
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds?: number | null
  /**
   * Further conditions by name; null: none. Vectors join the time; images of the data's size are further channels; to a sequence, such as
   * the words of a text, each block attends.
   */
  readonly conditions?: ConditionSpecs | null
}

/** All of them. */
export type DitFields = Required<DitConfig>

const defaults: Omit<DitFields, 'sample_size'> & { readonly sample_size: DitFields['sample_size'] | null } = {
  sample_size: null,
  in_channels: 3,
  out_channels: 3,
  patch_size: 2,
  hidden_size: 384,
  num_layers: 12,
  num_attention_heads: 6,
  mlp_ratio: 4,
  position_embedding: 'sincos',
  dropout: 0,
  num_class_embeds: null,
  conditions: null,
}

const rules = {
  sample_size: imageSize,
  in_channels: count,
  out_channels: count,
  patch_size: count,
  hidden_size: count,
  num_layers: layerCount,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  position_embedding: oneOf('sincos', 'learned'),
  dropout: probability,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector', 'image', 'sequence'),
} as const

/**
 * The full configuration.
 *
 * @throws TweedieError `model` for an option that makes no sense, `shape` for a size that patches do not tile
 */
export function completeDitConfig(config: DitConfig): DitFields {
  const full = Object.freeze(checkConfig('DiT', config, defaults, rules) as DitFields)
  const { hidden_size: width, num_attention_heads: heads } = full
  if (width % heads !== 0) throw badField('DiT', 'num_attention_heads', heads, `a divisor of hidden_size ${width}`)
  if (full.position_embedding === 'sincos' && width % 4 !== 0) {
    throw badField('DiT', 'hidden_size', width, 'a multiple of 4 for sincos positions')
  }
  checkSize([full.in_channels, ...heightAndWidth(full.sample_size)], full)
  return full
}

/** The configuration as a folder holds it: conditions only where there are some. */
export function writtenDitConfig({ conditions, ...rest }: DitFields): Partial<DitFields> {
  return { ...rest, ...(conditions !== null && { conditions }) }
}

/** Throws unless an image `[C, H, W]` fits the network. */
export function checkSize(shape: readonly number[], { in_channels: channels, patch_size: patch }: DitFields): void {
  const [got, ...spatial] = shape
  if (got !== channels || spatial.length !== 2) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: expected [${channels}, height, width]`)
  }
  if (spatial.some((dim) => dim % patch !== 0)) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: patches of ${patch}×${patch} do not tile it`, {
      hint: 'pad the images, or choose another patch_size',
    })
  }
}
