/** Reads a picture as a model's data: of exactly the wanted size and mode, or made to fit by `fit`. */
import type { Metadata, Sharp } from 'sharp'
import { TweedieError } from '../../../errors.ts'
import { decode } from '../../data/node/image-pixels.ts'
import { type Depth, storedDepth } from '../../data/open/image-depth.ts'
import { keepChannels, type Planes as Values, toPlanes } from '../../data/open/image-planes.ts'
import type { ImageFit } from '../../data/image-fits.ts'
import { readBytes } from './files.ts'

export type { ImageFit as PictureFit } from '../../data/image-fits.ts'

/** The wanted picture. */
export interface ReadPictureOptions {
  /** `[channels, height, width]`; one channel is grey, three are red, green and blue; two and four have opacity behind them. */
  readonly shape: readonly number[]
  /** Why it has to have that shape, for the refusal of another. */
  readonly why: string
  /** How it is made to fit, its colours included; by default a picture of another size or mode is refused. */
  readonly fit?: ImageFit | undefined
  /** Which values are −1 and 1, where they are no bytes: a picture of 16 bits or of floats keeps its values, and white of bytes is 1. */
  readonly range?: readonly [number, number] | undefined
}

/**
 * The values of a picture, channels first, in [−1, 1]. A picture whose pixels are all grey counts as colour if it is stored as
 * colour, and is taken where grey is wanted. Where no opacity is wanted, what is behind a transparent picture is white; where it is,
 * a picture without is opaque, and pixels that cannot be seen are black, as in data sets.
 *
 * @throws TweedieError `data` for no picture, another size, colour where grey is wanted, or grey where colour is
 * @example
 * const values = await readPicture('photo.jpg', { shape: [3, 32, 32], why: 'the model makes such pictures', fit: 'cover' })
 */
export async function readPicture(path: string, options: ReadPictureOptions): Promise<Float32Array> {
  const bytes = await readBytes(path, 'data')
  if (bytes === undefined) throw new TweedieError('data', `${path}: no such file`)
  return pictureValues(bytes, path, options)
}

/** The same for the bytes of a file. @param path what it is called in errors */
export async function pictureValues(
  bytes: Uint8Array,
  path: string,
  options: ReadPictureOptions,
): Promise<Float32Array> {
  const { default: sharp } = await import('sharp')
  const { shape, why, fit, range } = options
  const [channels, height, width] = shape as [number, number, number]
  if (!(channels >= 1 && channels <= 4)) {
    throw new TweedieError('data', `${path}: the model makes ${channels} channels, a picture has 1 to 4`, {
      hint: 'use the library for such data: arrays in place of files',
    })
  }
  try {
    const upright = sharp(bytes)
    const metadata = await upright.metadata()
    const stored = isGrey(metadata) ? 1 : 3
    const depth = range ? storedDepth(metadata) : 'uchar'
    const colours = channels >= 3 ? 3 : 1
    const found = await (channels % 2 === 0 || depth !== 'uchar'
      ? decoded(upright, options, stored, depth)
      : planesOf(
          fittedTo(upright.rotate().flatten({ background: '#fff' }), options),
          fit === undefined ? stored : colours,
        ))
    if (fit === undefined) requireSame(path, found, [colours, height, width], why)
    const [low, high] = depth === 'uchar' ? [0, 255] : range!
    const [middle, half] = [low / 2 + high / 2, high > low ? high / 2 - low / 2 : 1]
    return Float32Array.from(found.data.subarray(0, channels * height * width), (value) => (value - middle) / half)
  } catch (cause) {
    if (cause instanceof TweedieError) throw cause
    throw new TweedieError('data', `${path}: not a picture that can be read`, { cause })
  }
}

/** A picture as numbers, `[channels, height, width]`, and perhaps its opacity, `[height, width]`. */
interface Planes {
  readonly channels: 1 | 3
  readonly height: number
  readonly width: number
  readonly data: Values
}

function isGrey({ channels = 3, space }: Metadata): boolean {
  return channels < 3 || space === 'b-w' || space === 'grey16'
}

function fittedTo(image: Sharp, { shape, fit }: ReadPictureOptions): Sharp {
  if (fit === undefined) return image
  return image.resize(shape[2]!, shape[1]!, { fit: fit === 'stretch' ? 'fill' : fit, background: '#fff' })
}

async function planesOf(image: Sharp, channels: 1 | 3): Promise<Planes> {
  const { data, info } = await image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const plane = info.width * info.height
  const planes = Uint8Array.from(
    { length: channels * plane },
    (_, i) => data[(i % plane) * info.channels + Math.floor(i / plane)]!,
  )
  return { channels, height: info.height, width: info.width, data: planes }
}

/** Colours, or grey, and perhaps opacity: as data sets have them. What is stored as grey counts as grey where nothing is made to fit. */
async function decoded(image: Sharp, { shape, fit }: ReadPictureOptions, stored: 1 | 3, depth: Depth): Promise<Planes> {
  const wanted = shape[0] as 1 | 2 | 3 | 4
  const asked = fit === undefined ? {} : { fit, size: [shape[1]!, shape[2]!] as const }
  const background = wanted % 2 === 1 && depth === 'ushort' ? '#fff' : undefined
  const pixels = await decode(image, { ...asked, background, depth })
  const { width, height } = pixels
  const planes = new (depth === 'uchar' ? Uint8Array : Float32Array)(4 * width * height)
  const facts = { grey: true, opaque: true }
  toPlanes(pixels, { x: 0, y: 0 }, [height, width], planes, facts)
  keepChannels(planes, wanted, planes)
  const channels = wanted <= 2 ? (facts.grey ? 1 : 3) : stored
  return { channels, height, width, data: planes }
}

/** Refuses another size, and another mode that carries information. */
function requireSame(path: string, found: Planes, shape: readonly [number, number, number], why: string): void {
  const [channels, height, width] = shape
  const hint = 'make it fit: `fit: cover` scales and cuts it'
  if (found.height !== height || found.width !== width) {
    const sizes = `${found.width} × ${found.height} pixels, expected ${width} × ${height}`
    throw new TweedieError('data', `${path}: ${sizes}: ${why}`, { hint })
  }
  if (found.channels === channels) return
  if (channels === 3) {
    throw new TweedieError('data', `${path}: a grey picture, expected colour: ${why}`, {
      hint: 'save it as RGB, colour it with `task: colorize`, or make it fit: `fit: cover`',
    })
  }
  const plane = height * width
  const [red, green, blue] = [0, 1, 2].map((c) => found.data.subarray(c * plane, (c + 1) * plane))
  if (red!.every((value, i) => value === green![i] && value === blue![i])) return
  throw new TweedieError('data', `${path}: a picture in colour, expected grey: ${why}`, { hint })
}
