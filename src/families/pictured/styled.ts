/** Pictures whose style is asked for, as the network's condition. */
import type { CompiledImageEncoder, ImageEncoderWeights } from '../../compiled/image-encoder.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Access } from '../family.ts'
import { styleName, type Styled } from './style-encoder.ts'

/** The source of the compiled image encoder of a model, for so many pictures at a time. */
export type StylesSource = (styles: ImageEncoderWeights, batch: number) => Promise<CompiledImageEncoder>

/**
 * The pictures of a request, `[C, H, W]` in [−1, 1] each, fitted to the size that the encoder takes.
 *
 * @throws TweedieError `usage` for a model that knows no styles
 */
export async function askedStyles(
  model: Styled,
  asked: string | Float32Array | readonly (string | Float32Array)[] | undefined,
  access: Pick<Access, 'picture'>,
): Promise<readonly Float32Array[] | undefined> {
  if (asked === undefined) return undefined
  const shape = requireStyles(model).encoder.inputShape
  const wanted = { shape, why: 'the model reads styles of such pictures', fit: 'cover' } as const
  const all = typeof asked === 'string' || asked instanceof Float32Array ? [asked] : asked
  return Promise.all(all.map((each) => (typeof each === 'string' ? access.picture(each, wanted) : each)))
}

/**
 * The condition of some items: the pictures' styles, in turn; undefined where none is asked for. Each picture is read once.
 *
 * @throws TweedieError `usage` for a model that knows no styles, `shape` for pictures of another size
 */
export async function styled(
  model: Styled,
  pictures: readonly Float32Array[] | undefined,
  source: StylesSource,
  signal?: AbortSignal,
): Promise<((first: number, now: number) => Conditions) | undefined> {
  if (pictures === undefined || pictures.length === 0) return undefined
  const styles = requireStyles(model)
  const batch = Math.min(pictures.length, 16)
  const encoder = await source(styles, batch)
  const width = styles.encoder.pooledWidth
  const vectors: Float32Array[] = []
  for (let from = 0; from < pictures.length; from += batch) {
    const some = pictures.slice(from, from + batch)
    const { pooled } = await encoder.encode(joined(some, sizeOf(styles.encoder.inputShape)), signal)
    // the last number says that there is one
    some.forEach((_, i) => vectors.push(Float32Array.of(...pooled.subarray(i * width, (i + 1) * width), 1)))
  }
  return (first, now) => {
    const out = new Float32Array(now * (width + 1))
    for (let i = 0; i < now; i++) out.set(vectors[(first + i) % vectors.length]!, i * (width + 1))
    return { [styleName]: out }
  }
}

function joined(pictures: readonly Float32Array[], size: number): Float32Array {
  const out = new Float32Array(pictures.length * size)
  for (const [i, picture] of pictures.entries()) {
    if (picture.length !== size) {
      throw new TweedieError('shape', `\`style\`: a picture of ${picture.length} numbers, where ${size} are read`)
    }
    out.set(picture, i * size)
  }
  return out
}

function requireStyles({ styles }: Styled): ImageEncoderWeights {
  if (styles) return styles
  throw new TweedieError('usage', '`style`: the model does not draw in the style of a picture', {
    hint: 'train one that does: `train DATA --label-column style --style-pictures`',
  })
}
