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
import { within } from '../file-tree.ts'
import { createDataset, type ArrayDataset, type SkippedFile } from '../dataset.ts'
import { storedDataset } from '../stored-dataset.ts'
import { filesAbove, tablesOf } from './beside-images.ts'
import { classesByFolder, classesByName } from './image-classes.ts'
import { commonDepth, type Depth } from './image-depth.ts'
import { checkCrop, cropPlaces, type Place } from './image-crops.ts'
import { type PlaneFacts, toPlanes } from './image-planes.ts'
import { roomFor } from './room-for.ts'
import { type Candidate, commonSize, requireLargeEnough, sizeOf } from './image-sizes.ts'
import { depthText, opacityText, unusedFolders } from './image-remarks.ts'
import type { ImageFolderOptions } from './image-folder-options.ts'
import { listImages } from './list-images.ts'
import { mapBounded, type Weighed } from './map-bounded.ts'
import { readPictureCaptions } from './picture-captions.ts'
import { readPictureTables } from './picture-table.ts'
import { saidCaptions, saidClasses } from './said-of-pictures.ts'
import { filesOfSplit } from './splits.ts'
import type { PictureTree } from './virtual-tree.ts'

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
  tree: PictureTree,
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

  const facts: PlaneFacts = { grey: true, opaque: true }
  const room = await roomFor({ folder, items: total, size, depth, facts, options })
  const kept: { readonly file: string; readonly item: number }[] = []
  let done = 0
  const decoded = await mapBounded(
    candidates,
    concurrency,
    async ({ file }, index) => {
      const pixels = await attempt(file, (path) =>
        pictures.decode(path, { ...options, depth, size: crop === undefined ? size : undefined }),
      )
      for (const [k, place] of pixels ? places[index]!.entries() : []) {
        const item = firsts[index]! + k
        toPlanes(pixels!, place, size, room.planes(item), facts)
        room.put(item)
      }
      onProgress?.(++done, candidates.length)
      return pixels !== undefined
    },
    pixelsAtOnce,
  )
  for (const [index, { file }] of candidates.entries()) {
    for (let k = 0; decoded[index] && k < places[index]!.length; k++) kept.push({ file, item: firsts[index]! + k })
  }
  if (kept.length === 0) throw noImages(folder, skipped)
  const items = await room.finish(kept.map(({ item }) => item))
  const files = kept.map(({ file }) => file)
  skipped.sort((a, b) => (a.file < b.file ? -1 : 1))
  const columns = options.captions === true || options.captions === false ? undefined : options.captions
  const worded = options.captions
    ? tree.beside
      ? { ...(await saidCaptions(folder, tree.beside, files, columns)), table: undefined }
      : await readPictureCaptions(tree, folder, files, {
          all: [...images, ...unsupported],
          tables: filesAbove(tables, files),
          texts: filesAbove(texts, split.files),
          columns,
          labelColumn: options.labelColumn,
          signal,
        })
    : undefined
  const said =
    options.labels === false || !tree.beside
      ? undefined
      : await saidClasses(folder, tree.beside, files, options.labelColumn)
  const table =
    options.labels === false || tree.beside
      ? undefined
      : await readPictureTables(tree, folder, tablesOf(tables, files, split.depth), files, options.labelColumn)
  const classes =
    options.labels === false
      ? {}
      : said?.classes
        ? said.classes
        : table?.classes
          ? classesByName(table.classes)
          : classesByFolder(folder, files, split.depth, options.labels, split.trained)
  const remarks = [
    ...split.remarks,
    ...(said?.remarks ?? []),
    ...(table?.remarks ?? []).filter((each) => !(worded?.table && each.startsWith(`${worded.table} passed over`))),
    ...(worded?.remarks ?? []),
    ...(options.labels !== false && !classes.labels ? unusedFolders(files, split.depth) : []),
    ...ofSize,
    ...(facts.opaque ? [] : [opacityText(items.channels)]),
    ...(items.blank ? ['all images are blank, one colour everywhere: there is nothing to learn'] : []),
    ...ofDepth,
    ...(animated > 0
      ? [
          `of ${animated} image${animated > 1 ? 's' : ''} with several frames the first is read: \`frames\` reads them as videos`,
        ]
      : []),
  ]
  const { channels, range } = items
  const parts = { name, kind: 'image' as const, shape: [channels, ...size], skipped, remarks, ...classes }
  const all = { ...parts, ...(worded && { captions: worded.captions }) }
  const withDepth = (known: readonly [number, number]): string[] =>
    depth === 'uchar' ? remarks : [...remarks, depthText(depth, known)]
  if ('stored' in items) {
    return storedDataset({
      ...all,
      remarks: withDepth(items.range),
      range: items.range,
      length: kept.length,
      stored: items.stored,
    })
  }
  const dataset = createDataset({ ...all, data: items.data, ...(range && { range }) })
  return depth === 'uchar' ? dataset : { ...dataset, remarks: withDepth(dataset.range) }
}

/** @throws TweedieError `usage` for what is a colour of bytes, and means nothing among other numbers */
function requireFloats(folder: string, { background, fit }: ImageFolderOptions): void {
  const asked = background !== undefined ? '`background`' : fit === 'contain' ? '`fit: contain`' : undefined
  if (asked === undefined) return
  throw new TweedieError('usage', `${folder}: ${asked} has a colour, and the images are of floats without a white`, {
    hint: 'leave it out, or scale and cut them: `fit: cover`',
  })
}

function noImages(folder: string, skipped: readonly SkippedFile[]): TweedieError {
  const first = skipped[0]
  const problem = first ? `none of ${skipped.length} images can be read: ${first.file}: ${first.reason}` : 'no images'
  return new TweedieError('data', `${folder}: ${problem}`, { hint: 'PNG, JPEG, WebP, GIF, TIFF and AVIF are read' })
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}
