/**
 * A folder of images as a data set: files of any size and mode, brought to one size, grey or RGB, with opacity where an image has
 * any. They are bytes, unless 16 bits are asked for, or all are of floats, which keep their values.
 *
 * Rotated as their EXIF orientation says, converted to sRGB (palettes, CMYK), scaled until they cover the rectangle, and
 * cropped at its centre; or, with `crop`, cut into patches as they are. The first folder below the root is the class, unless the
 * first folders are splits (`train/`, `test/`), or a table beside the images says their classes.
 */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { type FileTree, within } from '../file-tree.ts'
import { createDataset, type ArrayDataset, type SkippedFile } from '../dataset.ts'
import { filesAbove, tablesOf } from './beside-images.ts'
import { classesByFolder, classesByName } from './image-classes.ts'
import { commonDepth, type Depth, opaqueOf } from './image-depth.ts'
import { checkCrop, cropPlaces, type Place } from './image-crops.ts'
import { keepChannels, type PlaneFacts, type Planes, toPlanes } from './image-planes.ts'
import { type Candidate, commonSize, requireLargeEnough, sizeOf } from './image-sizes.ts'
import type { Channels } from './image-words.ts'
import { depthText, isBlank, opacityText, unusedFolders } from './image-remarks.ts'
import type { ImageFolderOptions } from './image-folder-options.ts'
import { listImages } from './list-images.ts'
import { mapBounded, type Weighed } from './map-bounded.ts'
import { readPictureCaptions } from './picture-captions.ts'
import { readPictureTables } from './picture-table.ts'
import { filesOfSplit } from './splits.ts'

export type { ImageFolderOptions } from './image-folder-options.ts'

/**
 * The pixels that are decoded at once, as large as they are stored: some formats take 16 bytes for each. Small files may hold very large
 * pictures.
 */
const pixelsAtOnce: Weighed<Candidate> = { weight: ({ width, height }) => width * height, most: 2 ** 24 }

/** An image that is scaled has one place. */
const whole: readonly Place[] = [{ x: 0, y: 0 }]

/**
 * Reads a folder of images: PNG, JPEG, WebP, GIF (first frame), TIFF, AVIF.
 *
 * @returns images `[1 … 4, height, width]`; files that could not be read are in `skipped`, what was guessed in `remarks`
 * @throws TweedieError `data` where no image can be read, images are smaller than `size`, some lie in class folders and some
 *   beside them; `usage` for a size that makes no sense; `interrupted`
 */
export async function readImageFolder(
  tree: Pick<FileTree, 'list' | 'read' | 'pictures'>,
  folder: string,
  name: string,
  options: ImageFolderOptions = {},
): Promise<ArrayDataset> {
  const { concurrency = 8, signal, onProgress, upscale = false, crop } = options
  const asked = options.size === undefined ? undefined : sizeOf(options.size)
  checkCrop(options)
  const { pictures } = tree
  if (options.background !== undefined) await pictures.requireColour(options.background)
  const { images, unsupported, tables, texts } = await listImages(tree, folder)
  const split = filesOfSplit(images, options.split)
  const skipped: SkippedFile[] = unsupported.map((file) => ({ file, reason: 'this format is not supported' }))
  const attempt = async <T>(file: string, work: (path: string) => Promise<T>): Promise<T | undefined> => {
    throwIfAborted(signal)
    try {
      return await work(within(folder, file))
    } catch (error) {
      skipped.push({ file, reason: firstLine(error) })
      return undefined
    }
  }

  let animated = 0
  const found = await mapBounded(split.files, concurrency, (file) =>
    attempt(file, async (path): Promise<Candidate & { depth: Depth }> => {
      const { frames, ...facts } = await pictures.facts(path)
      if (frames > 1) animated++
      return { file, ...facts }
    }),
  )
  const candidates = found.filter((c) => c !== undefined)
  if (candidates.length === 0) throw noImages(folder, skipped)
  const { depth, remarks: ofDepth } = commonDepth(
    candidates.map((each) => each.depth),
    options.bits,
  )
  if (depth === 'float') requireFloats(folder, options)
  const chosen = asked ?? (crop === undefined ? undefined : ([crop, crop] as const))
  const { size, remarks: ofSize } = chosen ? { size: chosen, remarks: [] } : commonSize(candidates)
  if (!upscale || crop !== undefined)
    requireLargeEnough(folder, candidates, size, crop === undefined ? options.fit : 'cover')
  const places = candidates.map((image) => (crop === undefined ? whole : cropPlaces(image, crop, options)))
  let total = 0
  const firsts = places.map((own) => {
    total += own.length
    return total - own.length
  })
  if (total === 0) throw new TweedieError('data', `${folder}: no patch of ${size[0]} pixels is held back for tests`)

  const plane = size[0] * size[1]
  const rgba = allocate(folder, total * 4 * plane, depth)
  const kept: string[] = []
  const facts: PlaneFacts = { grey: true, opaque: true }
  let done = 0
  const decoded = await mapBounded(
    candidates,
    concurrency,
    async ({ file }, index) => {
      const pixels = await attempt(file, (path) =>
        pictures.decode(path, { ...options, depth, size: crop === undefined ? size : undefined }),
      )
      for (const [k, place] of pixels ? places[index]!.entries() : []) {
        const at = (firsts[index]! + k) * 4 * plane
        toPlanes(pixels!, place, size, rgba.subarray(at, at + 4 * plane), facts)
      }
      onProgress?.(++done, candidates.length)
      return pixels !== undefined
    },
    pixelsAtOnce,
  )

  // In place: close the gaps that broken images left, and drop channels without content.
  const channels = options.channels ?? channelsFor(facts)
  for (const [index, { file }] of candidates.entries()) {
    for (let item = firsts[index]!; decoded[index] && item < firsts[index]! + places[index]!.length; item++) {
      const target = rgba.subarray(kept.length * channels * plane, (kept.length + 1) * channels * plane)
      keepChannels(rgba.subarray(item * 4 * plane, (item + 1) * 4 * plane), channels, target)
      kept.push(file)
    }
  }
  if (kept.length === 0) throw noImages(folder, skipped)
  const used = kept.length * channels * plane
  const data = used === rgba.length ? rgba : rgba.slice(0, used)
  skipped.sort((a, b) => (a.file < b.file ? -1 : 1))
  const worded = options.captions
    ? await readPictureCaptions(tree, folder, kept, {
        all: [...images, ...unsupported],
        tables: filesAbove(tables, kept),
        texts: filesAbove(texts, split.files),
        columns: options.captions === true ? undefined : options.captions,
        labelColumn: options.labelColumn,
        signal,
      })
    : undefined
  const table =
    options.labels === false
      ? undefined
      : await readPictureTables(tree, folder, tablesOf(tables, kept, split.depth), kept, options.labelColumn)
  const classes =
    options.labels === false
      ? {}
      : table?.classes
        ? classesByName(table.classes)
        : classesByFolder(folder, kept, split.depth, options.labels, split.trained)
  const remarks = [
    ...split.remarks,
    ...(table?.remarks ?? []).filter((each) => !(worded?.table && each.startsWith(`${worded.table} passed over`))),
    ...(worded?.remarks ?? []),
    ...(options.labels !== false && !classes.labels ? unusedFolders(kept, split.depth) : []),
    ...ofSize,
    ...(facts.opaque ? [] : [opacityText(channels)]),
    ...(isBlank(data, channels, plane)
      ? ['all images are blank, one colour everywhere: there is nothing to learn']
      : []),
    ...ofDepth,
    ...(animated > 0 ? [`of ${animated} image${animated > 1 ? 's' : ''} with several frames the first is read`] : []),
  ]
  const range = depth === 'ushort' ? { range: [0, channels === 1 ? greatest(data) : opaqueOf.ushort] as const } : {}
  const dataset = createDataset({
    name,
    kind: 'image',
    shape: [channels, ...size],
    data,
    skipped,
    remarks,
    ...range,
    ...classes,
    ...(worded && { captions: worded.captions }),
  })
  return depth === 'uchar' ? dataset : { ...dataset, remarks: [...remarks, depthText(depth, dataset.range)] }
}

/** The fewest channels that lose nothing. */
function channelsFor({ grey, opaque }: PlaneFacts): Channels {
  if (grey) return opaque ? 1 : 2
  return opaque ? 3 : 4
}

/** Grey of 16 bits may be anything that is measured, such as a depth or 12 bits of a camera: its brightest value is white. */
function greatest(data: Planes): number {
  let most = 0
  for (const value of data) most = Math.max(most, value)
  return most
}

/** @throws TweedieError `usage` for what is a colour of bytes, and means nothing among other numbers */
function requireFloats(folder: string, { background, fit }: ImageFolderOptions): void {
  const asked = background !== undefined ? '`background`' : fit === 'contain' ? '`fit: contain`' : undefined
  if (asked === undefined) return
  throw new TweedieError('usage', `${folder}: ${asked} has a colour, and the images are of floats without a white`, {
    hint: 'leave it out, or scale and cut them: `fit: cover`',
  })
}

function allocate(folder: string, values: number, depth: Depth): Planes {
  const bytes = depth === 'uchar' ? values : 4 * values
  try {
    return depth === 'uchar' ? new Uint8Array(values) : new Float32Array(values)
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
