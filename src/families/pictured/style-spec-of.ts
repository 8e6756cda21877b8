/** From data and options to how styles are learned. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, classCount } from '../../files/data/dataset.ts'
import type { ValuesOf } from '../../options.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { styleOptions } from './options/train.ts'
import { membersOf } from './second-pictures.ts'
import { styleName } from './style-encoder.ts'
import type { StyleSpec } from './style-spec.ts'

/** Numbers of the vector that stands for a style. */
const width = 64

/** The options as they are given. */
type Values = ValuesOf<typeof styleOptions> & { readonly distil?: unknown; readonly lora?: unknown }

/**
 * How styles are learned, if they are.
 *
 * @throws TweedieError `usage` for options without effect, and data that have no two pictures of a class
 */
export function styleSpecOf(data: ArrayDataset, values: Values): StyleSpec | undefined {
  const { stylePictures, styleDropout: dropout = 0.1 } = values
  if (stylePictures !== true) {
    if (values.styleDropout === undefined) return undefined
    throw new TweedieError('usage', '`styleDropout` is for training with `stylePictures`')
  }
  const other = (['distil', 'lora'] as const).find((name) => values[name] !== undefined)
  if (other !== undefined) {
    throw new TweedieError('usage', `\`stylePictures\` and \`${other}\` do not go together`, {
      hint: 'leave out one of them',
    })
  }
  if (data.kind !== 'image' || data.shape.length !== 3) {
    throw new TweedieError('usage', `\`stylePictures\` is for images, and ${data.name} has none`)
  }
  if (!data.labels || !membersOf(data.labels, classCount(data)).some(({ length }) => length > 1)) {
    throw new TweedieError('usage', `\`stylePictures\`: ${data.name} has no two pictures of the same class`, {
      hint: 'a class is a style here: `labelColumn: style` names its column, or a folder for each style',
    })
  }
  return { encoder: { className: 'PictureEncoder', config: encoderConfig(data.shape) }, dropout }
}

/** A small encoder: three levels, or fewer where the sides cannot be halved. */
function encoderConfig([channels, height, wide]: readonly number[]): NetworkSpec['config'] {
  const halvings = [2, 1].find((n) => height! % 2 ** n === 0 && wide! % 2 ** n === 0) ?? 0
  return {
    sample_size: sampleSize(height!, wide!),
    in_channels: channels,
    block_out_channels: [16, 32, 64].slice(0, halvings + 1),
    hidden_size: width,
  }
}

/** A network that takes styles: the same, with a vector as a further condition. */
export function styledNetwork({ className, config }: NetworkSpec): NetworkSpec {
  const known = (config['conditions'] ?? {}) as Readonly<Record<string, unknown>>
  if (Object.hasOwn(known, styleName)) return { className, config }
  const conditions = { ...known, [styleName]: { kind: 'vector', size: width, nothing: true } }
  return { className, config: { ...config, conditions } }
}
