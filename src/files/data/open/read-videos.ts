/** Videos as a data set: files that move (GIF, WebP, what ffmpeg reads) and folders of frames, cut into items of equal length. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { type ArrayDataset, createDataset, type SkippedFile } from '../dataset.ts'
import { type FileTree, within } from '../file-tree.ts'
import { classesByFolder } from './image-classes.ts'
import type { ImageFolderOptions } from './image-folder-options.ts'
import { keepChannels, type PlaneFacts, toPlanes } from './image-planes.ts'
import { type Candidate, commonSize, requireLargeEnough, sizeOf } from './image-sizes.ts'
import type { Channels, Size } from './image-words.ts'
import { type Clip, listVideos } from './list-videos.ts'
import { filesOfSplit } from './splits.ts'
import { checkWindows, type WindowOptions, type WindowWishes, windowsOf } from './video-windows.ts'

/** How videos are read. */
export type VideoOptions = WindowWishes &
  Omit<ImageFolderOptions, 'crop' | 'bits' | 'captions' | 'labelColumn'> & {
    /** The most frames of an item where `frames` does not say how many; by default 16. */
    readonly most?: number | undefined
  }

/** The most frames of an item, where nobody says how many. */
const usualFrames = 16

/** A video that was decoded, as planes `[frames, 4, height, width]`. */
interface Decoded {
  readonly clip: Clip
  readonly planes: Uint8Array
  readonly length: number
  readonly delays: readonly number[] | undefined
}

/**
 * Reads the videos of a folder, or one file. The first folder below the root is the class, where there are at least two.
 *
 * @returns videos `[1 … 4, T, height, width]` of bytes; what could not be read, or is shorter than T, is in `skipped`
 * @throws TweedieError `data` where there is no video, or none that is long enough; `usage` for options that make no sense; `interrupted`
 */
export async function readVideos(
  tree: Pick<FileTree, 'list' | 'pictures'>,
  path: string,
  kind: 'file' | 'folder',
  name: string,
  options: VideoOptions = {},
): Promise<ArrayDataset> {
  const { signal, onProgress, background } = options
  if (options.frames !== undefined) checkWindows({ ...options, frames: options.frames })
  if (background !== undefined) await tree.pictures.requireColour(background)
  const skipped: SkippedFile[] = []
  const at = (file: string): string => (file === '' ? path : within(path, file))
  const counted = async (file: string): Promise<number> => {
    throwIfAborted(signal)
    return (await tree.pictures.facts(at(file)).catch(() => ({ frames: 1 }))).frames
  }
  const { clips: all, beside } =
    kind === 'file' ? { clips: [{ name: '', file: '' }], beside: [] } : await listVideos(tree, path, counted)
  for (const file of beside) skipped.push({ file, reason: 'a single picture among videos' })
  const split = filesOfSplit(
    all.map((clip) => clip.name),
    options.split,
  )
  const clips = all.filter((clip) => split.files.includes(clip.name))
  const candidates = await candidatesOf(tree, at, clips, skipped, signal)
  if (candidates.length === 0) throw noVideos(path, skipped)
  const sized = options.size === undefined ? commonSize(candidates) : { size: sizeOf(options.size), remarks: [] }
  if (!options.upscale) requireLargeEnough(path, candidates, sized.size, options.fit)

  const facts: PlaneFacts = { grey: true, opaque: true }
  const decoded: Decoded[] = []
  for (const [i, { clip }] of candidates.entries()) {
    throwIfAborted(signal)
    const found = await decodeClip(tree, at, clip, sized.size, options, facts).catch((error: unknown) => {
      if (isMissing(error)) throw error
      skipped.push({ file: clip.name, reason: firstLine(error) })
    })
    if (found) decoded.push(found)
    onProgress?.(i + 1, candidates.length)
  }
  if (decoded.length === 0) throw noVideos(path, skipped)
  const windows: WindowOptions = { ...options, frames: options.frames ?? shortest(decoded, options) }
  const items = decoded.flatMap((from) => {
    const found = windowsOf(from.length, windows)
    if (found.length === 0) skipped.push({ file: from.clip.name || name, reason: tooShort(from.length, windows) })
    return found.map((frames) => ({ from, frames }))
  })
  if (items.length === 0) throw noVideos(path, skipped)
  const channels = options.channels ?? channelsOf(facts)
  const rates = decoded.flatMap(({ delays }) => (delays ? [1000 / meanOf(delays)] : []))
  const rate = rates.length > 0 ? medianOf(rates) / (windows.frameStride ?? 1) : undefined
  const names = items.map(({ from }) => from.clip.name)
  const classes =
    options.labels === false || kind === 'file'
      ? {}
      : classesByFolder(path, names, split.depth, options.labels, split.trained)
  return createDataset({
    name,
    kind: 'video',
    shape: [channels, windows.frames, ...sized.size],
    data: itemsOf(items, channels, sized.size),
    ...(rate !== undefined && { frameRate: rate }),
    skipped: skipped.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    remarks: [
      ...split.remarks,
      ...sized.remarks,
      ...(options.frames === undefined ? [`items of ${windows.frames} frames: \`frames\` sets how many`] : []),
      ...(items.length > decoded.length ? [cutText(decoded.length, items.length, windows)] : []),
      ...rateRemarks(decoded, rates),
    ],
    ...classes,
  })
}

/** The size of each video; what is broken is left out. */
async function candidatesOf(
  tree: Pick<FileTree, 'pictures'>,
  at: (file: string) => string,
  clips: readonly Clip[],
  skipped: SkippedFile[],
  signal: AbortSignal | undefined,
): Promise<(Candidate & { readonly clip: Clip })[]> {
  const found: (Candidate & { readonly clip: Clip })[] = []
  for (const clip of clips) {
    throwIfAborted(signal)
    const file = clip.file ?? clip.frames![0]!
    try {
      const { width, height } = await tree.pictures.facts(at(file))
      found.push({ clip, file: clip.name || file, width, height })
    } catch (error) {
      if (isMissing(error)) throw error
      skipped.push({ file: clip.name, reason: firstLine(error) })
    }
  }
  return found
}

/** @throws TweedieError `data` for frames of different sizes */
async function decodeClip(
  { pictures }: Pick<FileTree, 'pictures'>,
  at: (file: string) => string,
  clip: Clip,
  size: Size,
  { background, fit, signal }: VideoOptions,
  facts: PlaneFacts,
): Promise<Decoded> {
  const how = { background, fit, size }
  const [rows, columns] = size
  const place = 4 * rows * columns
  if (clip.file !== undefined) {
    const { frames, delays } = await pictures.frames(at(clip.file), how, signal)
    const planes = new Uint8Array(frames.length * place)
    for (const [t, frame] of frames.entries()) {
      toPlanes(frame, { x: 0, y: 0 }, size, planes.subarray(t * place, (t + 1) * place), facts)
    }
    return { clip, planes, length: frames.length, delays }
  }
  const files = clip.frames!
  const planes = new Uint8Array(files.length * place)
  let first: { readonly width: number; readonly height: number } | undefined
  for (const [t, file] of files.entries()) {
    throwIfAborted(signal)
    const { width, height } = await pictures.facts(at(file))
    first ??= { width, height }
    if (width !== first.width || height !== first.height) {
      const sizes = `${file} is ${width} × ${height}, the first ${first.width} × ${first.height}`
      throw new TweedieError('data', `frames of different sizes: ${sizes}`)
    }
    const frame = await pictures.decode(at(file), how)
    toPlanes(frame, { x: 0, y: 0 }, size, planes.subarray(t * place, (t + 1) * place), facts)
  }
  return { clip, planes, length: files.length, delays: undefined }
}

/** Items `[n, C, T, H, W]`. */
function itemsOf(
  items: readonly { readonly from: Decoded; readonly frames: readonly number[] }[],
  channels: Channels,
  [rows, columns]: Size,
): Uint8Array {
  const plane = rows * columns
  const frames = items[0]!.frames.length
  const data = new Uint8Array(items.length * channels * frames * plane)
  const one = new Uint8Array(channels * plane)
  for (const [i, { from, frames: chosen }] of items.entries()) {
    for (const [t, frame] of chosen.entries()) {
      keepChannels(from.planes.subarray(4 * plane * frame, 4 * plane * (frame + 1)), channels, one)
      for (let c = 0; c < channels; c++) {
        data.set(one.subarray(c * plane, (c + 1) * plane), ((i * channels + c) * frames + t) * plane)
      }
    }
  }
  return data
}

/** As many frames as the shortest video has, at most 16. */
function shortest(decoded: readonly Decoded[], { frameStride = 1, most = usualFrames }: VideoOptions): number {
  const least = decoded.reduce((min, { length }) => Math.min(min, Math.ceil(length / frameStride)), most)
  return Math.max(1, least)
}

function tooShort(length: number, { frames, frameStride = 1 }: WindowOptions): string {
  const apart = frameStride > 1 ? `, ${frameStride} apart` : ''
  return `${length} frames, and an item has ${frames}${apart}`
}

function cutText(videos: number, items: number, { frames, frameStride = 1, stride }: WindowOptions): string {
  const every = stride ?? frames * frameStride
  return `${videos} ${videos === 1 ? 'video is' : 'videos are'} cut into ${items} items of ${frames} frames, one every ${every} frames`
}

/** What is lost where frames do not follow each other evenly. */
function rateRemarks(decoded: readonly Decoded[], rates: readonly number[]): string[] {
  const uneven = decoded.filter(({ delays }) => delays && new Set(delays.slice(0, -1)).size > 1).length
  const [least, most] = [Math.min, Math.max].map((of) => rates.reduce((a, b) => of(a, b), rates[0] ?? 0)) as [
    number,
    number,
  ]
  return [
    ...(uneven > 0 ? [`in ${uneven} of ${decoded.length} videos delays vary: each frame counts alike`] : []),
    ...(rates.length > 0 && most > 1.1 * least
      ? [`${numberText(least)} to ${numberText(most)} frames a second: samples have the median`]
      : []),
  ]
}

const numberText = (value: number): string => String(Number(value.toPrecision(3)))

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function channelsOf({ grey, opaque }: PlaneFacts): Channels {
  if (grey) return opaque ? 1 : 2
  return opaque ? 3 : 4
}

/** What is missing on this machine is no fault of the file. */
const isMissing = (error: unknown): boolean => error instanceof TweedieError && error.code !== 'data'

function noVideos(path: string, skipped: readonly SkippedFile[]): TweedieError {
  const first = skipped[0]
  const problem = first ? `none of ${skipped.length} can be used: ${first.file || 'it'}: ${first.reason}` : 'no videos'
  return new TweedieError('data', `${path}: ${problem}`, {
    hint: 'GIF and WebP files of several frames, folders of frames, and with ffmpeg .mp4, .mov, .webm; fewer `frames`, or a smaller `frameStride`',
  })
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}
