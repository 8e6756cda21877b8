/** Reads a picture as a model's data, by the browser's own means. */
import { TweedieError } from '../../../errors.ts'
import type { ImageFit } from '../../data/image-fits.ts'

/** How a picture is to be read. */
export interface WebPictureOptions {
  readonly shape: readonly number[]
  readonly why: string
  readonly fit?: ImageFit | undefined
  readonly range?: readonly [number, number] | undefined
}

export async function readPicture(
  _picture: Blob,
  { why }: WebPictureOptions,
  name = 'the picture',
): Promise<Float32Array> {
  throw new TweedieError('usage', `${name}: files of pictures are not read here yet: ${why}`)
}
