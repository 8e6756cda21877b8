/**
 * Pictures into files and back, through sharp. The extension of the file chooses the format; an existing file is
 * overwritten only with `overwrite`. The settings that made a picture are stored in it, as JSON in EXIF's
 * ImageDescription.
 */
import { access } from 'node:fs/promises'
import { extname } from 'node:path'
import * as z from 'zod/mini'
import type { Sharp } from 'sharp'
import { TweedieError } from '../../../errors.ts'
import { encodeApng } from '../apng.ts'
import { depthOf, type Raster } from '../raster.ts'
import { writeFileAtomic } from './files.ts'

/** How a picture is written. */
export interface ImageOptions {
  /** Write over a file that exists; default: an `exists` error. */
  readonly overwrite?: boolean
  /** What made the picture: any JSON object. PNG, JPEG and WebP keep it, GIF cannot. */
  readonly provenance?: Readonly<Record<string, unknown>>
}

/** How an animation is written. */
export interface AnimationOptions extends ImageOptions {
  /** Milliseconds a frame; default 80. */
  readonly delay?: number
  /** Milliseconds that the last frame stays; default 1500. */
  readonly hold?: number
}

/** Loads sharp for the first picture: loading takes a tenth of a second. */
const loadSharp = async () => (await import('sharp')).default

const encoders: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  '.png': (image) => image.png({ compressionLevel: 9 }),
  '.webp': (image) => image.webp({ lossless: true }),
  '.gif': (image) => image.gif(),
  '.jpg': (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  '.jpeg': (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
}

const animationEncoders: Readonly<Record<string, (image: Sharp, delay: number[]) => Sharp>> = {
  '.gif': (image, delay) => image.gif({ delay, loop: 0, keepDuplicateFrames: true }),
  '.webp': (image, delay) => image.webp({ delay, loop: 0, lossless: true }),
}

/** The format that we write ourselves. */
const apng = '.apng'

/** The extensions of pictures, and of animations; `.mp4` needs the program ffmpeg. */
export const imageExtensions: readonly string[] = Object.freeze(Object.keys(encoders))
export const animationExtensions: readonly string[] = Object.freeze([...Object.keys(animationEncoders), apng, '.mp4'])

/** Throws unless a picture (an animation) can be written to this path: to be called before hours of sampling. */
export async function checkImagePath(
  path: string,
  options: { overwrite?: boolean | undefined; animation?: boolean } = {},
): Promise<void> {
  const extensions = options.animation ? animationExtensions : imageExtensions
  const extension = extname(path).toLowerCase()
  if (!extensions.includes(extension)) {
    throw new TweedieError(
      'usage',
      `${path}: "${extension}" is no format of ${options.animation ? 'animations' : 'pictures'}`,
      {
        hint: `the extension chooses the format: ${extensions.join(', ')}`,
      },
    )
  }
  if (options.overwrite) return
  const free = await access(path).then(
    () => false,
    () => true,
  )
  if (!free) {
    throw new TweedieError('exists', `${path} exists`, {
      hint: '`overwrite: true` writes over it, or name another file',
    })
  }
}

/**
 * Writes a picture.
 *
 * @throws TweedieError `usage` for an extension that is not a format, `exists` for an existing file
 * @example
 * await writeImage('samples.png', toGrid(samples, [64, 3, 32, 32]), { provenance: { seed: 7 } })
 */
export async function writeImage(path: string, raster: Raster, options: ImageOptions = {}): Promise<void> {
  await checkImagePath(path, options)
  await writeFileAtomic(path, await encodeImage(raster, extname(path).toLowerCase(), options.provenance))
}

/**
 * The bytes of a picture in the format of an extension, such as `.png`. JPEG has no opacity: there the background is
 * white.
 */
export async function encodeImage(
  raster: Raster,
  extension = '.png',
  provenance?: ImageOptions['provenance'],
): Promise<Uint8Array> {
  const sharp = await loadSharp()
  const { width, height, data } = raster
  const image = sharp(data, { raw: { width, height, channels: depthOf(raster) } })
  return encoders[extension]!(describe(image, provenance)).toBuffer()
}

/**
 * Writes an animation, such as the path from noise to data, that repeats for ever and rests on its last frame.
 *
 * @param frames pictures of one size
 * @throws TweedieError `usage` for an extension that is no format of animations, `exists`, or `shape` for unequal frames
 */
export async function writeAnimation(
  path: string,
  frames: readonly Raster[],
  options: AnimationOptions = {},
): Promise<void> {
  await checkImagePath(path, { overwrite: options.overwrite, animation: true })
  const { width, height } = frames[0] ?? { width: 0, height: 0 }
  const channels = frames[0] ? depthOf(frames[0]) : 3
  const isLike = (frame: Raster): boolean =>
    frame.width === width && frame.height === height && depthOf(frame) === channels
  if (frames.length === 0 || !frames.every(isLike)) {
    throw new TweedieError('shape', `${path}: an animation needs frames, all of one size`)
  }
  const { delay = 80, hold = 1500 } = options
  const delays = frames.map((_, i) => (i === frames.length - 1 ? hold : delay))
  const extension = extname(path).toLowerCase()
  if (extension === apng) return writeFileAtomic(path, encodeApng(frames, delays))
  if (extension === '.mp4') return (await import('./encode-video.ts')).encodeVideo(path, frames, 1000 / delay)
  const strip = Buffer.concat(frames.map((frame) => frame.data))
  const raw = { width, height: height * frames.length, channels, pageHeight: height } as const
  const sharp = await loadSharp()
  const image = describe(sharp(strip, { raw, limitInputPixels: false }), options.provenance)
  await writeFileAtomic(path, await animationEncoders[extension]!(image, delays).toBuffer())
}

/**
 * The provenance that {@link writeImage} stored in a picture, or `undefined` if there is none.
 *
 * @throws TweedieError `data` when the file is missing or no picture
 */
export async function readProvenance(path: string): Promise<Record<string, unknown> | undefined> {
  const sharp = await loadSharp()
  const { exif } = await sharp(path)
    .metadata()
    .catch((cause: unknown) => {
      throw new TweedieError('data', `${path}: not a picture that can be read`, { cause })
    })
  const text = exif && imageDescription(exif)
  if (!text?.startsWith('{')) return undefined
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** EXIF text is ASCII, and JSON can say everything in ASCII. */
function describe(image: Sharp, provenance: ImageOptions['provenance']): Sharp {
  if (provenance === undefined) return image
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  // oxlint-disable-next-line no-control-regex
  const text = JSON.stringify(provenance).replace(/[^\u0000-\u007e]/g, escape)
  return image.withExif({ IFD0: { ImageDescription: text, Software: 'tweedie' } })
}

/** Tag 0x010e of the first directory of an EXIF block: a TIFF file, perhaps after `Exif\0\0`. */
function imageDescription(exif: Buffer): string | undefined {
  const tiff = exif.subarray(exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0)
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const at16 = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const at32 = (at: number): number => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  try {
    const directory = at32(4)
    for (let i = 0; i < at16(directory); i++) {
      const entry = directory + 2 + 12 * i
      if (at16(entry) !== 0x010e) continue
      const length = at32(entry + 4)
      const from = length > 4 ? at32(entry + 8) : entry + 8
      return tiff.toString('latin1', from, from + length).split('\0')[0]
    }
  } catch {
    // A truncated block has none.
  }
  return undefined
}
