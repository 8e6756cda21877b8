/**
 * A folder of images as a data set: files of any size and mode, brought to one square size, grey or RGB, 8 bits.
 *
 * Rotated as their EXIF orientation says, converted to sRGB (palettes, 16 bits, CMYK), laid over a plain background
 * where they are transparent, scaled until they cover the square, and cropped at its centre; or, with `crop`, cut into
 * patches as they are. The first folder below the root is the class.
 */
import { join } from 'node:path'
import type { Sharp } from 'sharp'
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { createDataset, type ArrayDataset, type SkippedFile } from '../dataset.ts'
import { listImages } from './list-images.ts'
import { checkCrop, type CropOptions, cropPlaces, type Place } from './image-crops.ts'
import { decode, toLuma, toPlanes } from './image-pixels.ts'
import { mapBounded } from './map-bounded.ts'

export interface ImageFolderOptions extends CropOptions {
  /** side of the square, in pixels; by default that of the smallest image, rounded down to a multiple of 8, at most 64 */
  readonly size?: number | undefined
  /** 1 for grey (Rec. 601 luma), 3 for RGB; by default grey if every pixel of every image is */
  readonly channels?: 1 | 3 | undefined
  /** whether images smaller than `size` are enlarged; by default they are an error */
  readonly upscale?: boolean | undefined
  /** what lies behind transparent pixels; by default white */
  readonly background?: 'white' | 'black' | undefined
  /** whether sub-folders are classes; by default they are where there are at least two */
  readonly labels?: boolean | undefined
  /** how many images are decoded at once; by default 8 */
  readonly concurrency?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** An image that is scaled to the square has one place. */
const whole: readonly Place[] = [{ x: 0, y: 0 }]

/** An image that was found to be readable: its size after rotation. */
interface Candidate {
  readonly file: string
  readonly width: number
  readonly height: number
}

/**
 * Reads a folder of images: PNG, JPEG, WebP, GIF (first frame), TIFF, AVIF.
 *
 * @returns images [1 or 3, size, size]; files that could not be read are in `skipped`
 * @throws TweedieError `data` where no image can be read, images are smaller than `size`, or some lie in class folders and
 *   some beside them; `usage` for a size that makes no sense; `interrupted`
 */
export async function readImageFolder(
  folder: string,
  name: string,
  options: ImageFolderOptions = {},
): Promise<ArrayDataset> {
  const { concurrency = 8, signal, onProgress, upscale = false, crop } = options
  checkSize(options.size)
  checkCrop(options)
  const { default: sharp } = await import('sharp')
  const { images, unsupported } = await listImages(folder)
  const skipped: SkippedFile[] = unsupported.map((file) => ({ file, reason: 'this format is not supported' }))
  const attempt = async <T>(file: string, work: (image: Sharp) => Promise<T>): Promise<T | undefined> => {
    throwIfAborted(signal)
    try {
      return await work(sharp(join(folder, file)))
    } catch (error) {
      skipped.push({ file, reason: firstLine(error) })
      return undefined
    }
  }

  const found = await mapBounded(images, concurrency, (file) =>
    attempt(file, async (image): Promise<Candidate> => ({ file, ...(await image.metadata()).autoOrient })),
  )
  const candidates = found.filter((c) => c !== undefined)
  if (candidates.length === 0) throw noImages(folder, skipped)
  const size = crop ?? options.size ?? defaultSize(candidates)
  if (!upscale || crop !== undefined) checkLargeEnough(folder, candidates, size)
  const places = candidates.map((image) => (crop === undefined ? whole : cropPlaces(image, crop, options)))
  const firsts = places.map((_, i) => places.slice(0, i).reduce((sum, own) => sum + own.length, 0))
  const total = places.reduce((sum, own) => sum + own.length, 0)
  if (total === 0) throw new TweedieError('data', `${folder}: no patch of ${size} pixels is held back for tests`)

  const plane = size * size
  const rgb = allocate(folder, total * 3 * plane)
  const kept: string[] = []
  let grey = true
  let done = 0
  const decoded = await mapBounded(candidates, concurrency, async ({ file }, index) => {
    const square = crop === undefined ? size : undefined
    const pixels = await attempt(file, (image) => decode(image, options.background ?? 'white', square))
    for (const [k, place] of pixels ? places[index]!.entries() : []) {
      const at = (firsts[index]! + k) * 3 * plane
      grey = toPlanes(pixels!, place, size, rgb.subarray(at, at + 3 * plane)) && grey
    }
    onProgress?.(++done, candidates.length)
    return pixels !== undefined
  })

  // In place: close the gaps that broken images left, and keep one channel of three where all are the same.
  const channels = options.channels ?? (grey ? 1 : 3)
  for (const [index, { file }] of candidates.entries()) {
    for (let item = firsts[index]!; decoded[index] && item < firsts[index]! + places[index]!.length; item++) {
      const source = rgb.subarray(item * 3 * plane, (item + 1) * 3 * plane)
      const target = rgb.subarray(kept.length * channels * plane, (kept.length + 1) * channels * plane)
      if (channels === 3 || grey) target.set(source.subarray(0, target.length))
      else toLuma(source, target)
      kept.push(file)
    }
  }
  if (kept.length === 0) throw noImages(folder, skipped)
  const used = kept.length * channels * plane
  const data = used === rgb.length ? rgb : rgb.slice(0, used)
  skipped.sort((a, b) => (a.file < b.file ? -1 : 1))
  const classes = options.labels === false ? {} : classesOf(folder, kept, options.labels)
  return createDataset({ name, kind: 'image', shape: [channels, size, size], data, skipped, ...classes })
}

function classesOf(folder: string, files: readonly string[], wanted: boolean | undefined) {
  const folders = files.map((file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : ''))
  const classNames = [...new Set(folders)].sort()
  if (classNames.length < 2 && !(wanted && classNames[0] !== '')) {
    if (wanted) throw new TweedieError('data', `${folder}: no sub-folders, so no classes`)
    return {}
  }
  if (classNames[0] === '') {
    throw new TweedieError(
      'data',
      `${folder}: some images lie in sub-folders (${classNames[1]}) and some beside them`,
      {
        hint: 'move every image into the folder of its class, or read the set without labels',
      },
    )
  }
  return { classNames, labels: Int32Array.from(folders, (name) => classNames.indexOf(name)) }
}

function defaultSize(candidates: readonly Candidate[]): number {
  const side = candidates.reduce((min, { width, height }) => Math.min(min, width, height), 64)
  return side < 8 ? side : side - (side % 8)
}

function checkSize(size: number | undefined) {
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 4096)) {
    throw new TweedieError('usage', `image size ${size}: must be an integer between 1 and 4096`)
  }
}

function checkLargeEnough(folder: string, candidates: readonly Candidate[], size: number) {
  const small = candidates.filter(({ width, height }) => Math.min(width, height) < size)
  if (small.length === 0) return
  const { file, width, height } = small[0]!
  const count = `${small.length} of ${candidates.length} images`
  throw new TweedieError(
    'data',
    `${folder}: ${count} are smaller than ${size} × ${size}, as ${file} (${width} × ${height})`,
    {
      hint: `choose a size of at most ${defaultSize(candidates)}, or allow upscaling`,
    },
  )
}

function allocate(folder: string, bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    const problem = `the images need ${(bytes / 2 ** 30).toFixed(1)} GiB of memory`
    throw new TweedieError('data', `${folder}: ${problem}`, { hint: 'choose a smaller size', cause })
  }
}

function noImages(folder: string, skipped: readonly SkippedFile[]): TweedieError {
  const first = skipped[0]
  const problem = first ? `none of ${skipped.length} images can be read: ${first.file}: ${first.reason}` : 'no images'
  return new TweedieError('data', `${folder}: ${problem}`, { hint: 'PNG, JPEG, WebP, GIF, TIFF and AVIF are read' })
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}
