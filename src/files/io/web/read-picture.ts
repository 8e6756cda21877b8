/** Reads a picture as a model's data, by the browser's own means. */
import { TweedieError } from '../../../errors.ts'
import type { ImageFit } from '../../data/image-fits.ts'
import { keepChannels, toPlanes } from '../../data/open/image-planes.ts'
import { decodePicture } from '../../data/web/decode-picture.ts'

/** How a picture is to be read. */
export interface WebPictureOptions {
  /** `[channels, height, width]`; one channel is grey, three are red, green and blue; two and four have opacity behind them. */
  readonly shape: readonly number[]
  /** Why it has to have that shape, for the refusal of another. */
  readonly why: string
  /** How it is made to fit, its colours included; by default a picture of another size or mode is refused. */
  readonly fit?: ImageFit | undefined
}

/**
 * The values of a picture, channels first, in [−1, 1]. Where no opacity is wanted, what is behind a transparent picture is white.
 *
 * @param name what to call it in errors
 * @throws TweedieError `data` for no picture, another size, or colour where grey is wanted
 * @example
 * const values = await readPicture(file, { shape: [3, 32, 32], why: 'the model makes such pictures', fit: 'cover' })
 */
export async function readPicture(
  picture: Blob,
  { shape, why, fit }: WebPictureOptions,
  name = picture instanceof File ? picture.name : 'the picture',
): Promise<Float32Array> {
  const [channels, height, width] = shape as [number, number, number]
  if (!(channels >= 1 && channels <= 4)) {
    throw new TweedieError('data', `${name}: the model makes ${channels} channels, a picture has 1 to 4`, {
      hint: 'give the values themselves',
    })
  }
  const size = fit === undefined ? undefined : ([height, width] as const)
  const background = channels % 2 === 1 ? '#fff' : undefined
  const pixels = await decodePicture(picture, { size, fit, background }).catch((error: unknown) => {
    if (!(error instanceof TweedieError)) throw error
    throw new TweedieError(error.code, `${name}: ${error.message}`, { hint: error.hint, cause: error })
  })
  const hint = 'make it fit: `fit: cover` scales and cuts it'
  if (pixels.width !== width || pixels.height !== height) {
    const sizes = `${pixels.width} × ${pixels.height} pixels, expected ${width} × ${height}`
    throw new TweedieError('data', `${name}: ${sizes}: ${why}`, { hint })
  }
  const planes = new Uint8Array(4 * width * height)
  const facts = { grey: true, opaque: true }
  toPlanes(pixels, { x: 0, y: 0 }, [height, width], planes, facts)
  if (fit === undefined && channels <= 2 && !facts.grey) {
    throw new TweedieError('data', `${name}: a picture in colour, expected grey: ${why}`, { hint })
  }
  keepChannels(planes, channels as 1 | 2 | 3 | 4, planes)
  return Float32Array.from(planes.subarray(0, channels * height * width), (value) => value / 127.5 - 1)
}
