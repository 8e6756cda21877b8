/** Reads a picture as a model's data, and refuses one of another size or mode. */
import { TweedieError } from '../errors.ts'
import { readBytes } from '../files/io/node/files.ts'

/** A picture as bytes, channels first. */
export interface Picture {
  readonly channels: 1 | 3
  readonly height: number
  readonly width: number
  /** `[channels, height, width]`. */
  readonly data: Uint8Array
}

/** Reads a picture as it is; one whose pixels are all grey counts as colour if it is stored as colour. */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readBytes(path, 'data')
  if (bytes === undefined) throw new TweedieError('data', `${path}: no such file`)
  const { default: sharp } = await import('sharp')
  try {
    const image = sharp(bytes).rotate()
    const { channels: stored = 3, space } = await image.metadata()
    const channels = stored < 3 || space === 'b-w' || space === 'grey16' ? 1 : 3
    const { data, info } = await image
      .flatten({ background: '#fff' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const plane = info.width * info.height
    const planes = Uint8Array.from({ length: channels * plane }, (_, i) => {
      return data[(i % plane) * info.channels + Math.floor(i / plane)]!
    })
    return { channels, height: info.height, width: info.width, data: planes }
  } catch (cause) {
    throw new TweedieError('data', `${path}: not a picture that can be read`, { cause })
  }
}

/**
 * A picture of exactly this shape.
 *
 * @param what it is, for the message: `the picture`, `the mask`
 * @throws TweedieError `data` for another size, or colour where grey is expected, or grey where colour is
 */
export function fitPicture(path: string, picture: Picture, shape: readonly number[], why: string): Uint8Array {
  const [channels, height, width] = shape as [number, number, number]
  if (picture.height !== height || picture.width !== width) {
    throw new TweedieError(
      'data',
      `${path}: ${picture.width} × ${picture.height} pixels, expected ${width} × ${height}: ${why}`,
    )
  }
  if (picture.channels === channels) return picture.data
  const plane = height * width
  if (channels === 1) {
    const [red, green, blue] = [0, 1, 2].map((c) => picture.data.subarray(c * plane, (c + 1) * plane))
    if (red!.every((value, i) => value === green![i] && value === blue![i])) return red!.slice()
    throw new TweedieError('data', `${path}: a picture in colour, expected grey: ${why}`)
  }
  throw new TweedieError(
    'data',
    `${path}: a grey picture, expected ${channels === 3 ? 'colour' : `${channels} channels`}: ${why}`,
    {
      hint: channels === 3 ? 'save it as RGB, or colour it with --task colorize' : 'use the library for such data',
    },
  )
}

/** Bytes as the network sees them, −1 … 1. */
export function valuesOfBytes(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (byte) => byte / 127.5 - 1)
}
