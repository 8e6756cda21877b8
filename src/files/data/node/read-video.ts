/** Reads one video as a model's data. */
import { TweedieError } from '../../../errors.ts'
import { isNpy, parseNpy } from '../formats/npy.ts'
import type { Channels } from '../open/image-words.ts'
import { readVideos } from '../open/read-videos.ts'
import { diskTree } from './disk-tree.ts'

/** The wanted frames. */
export interface WantedFrames {
  /** `[channels, height, width]`: frames of another size are scaled until they cover it. */
  readonly shape: readonly number[]
  /** Which values are −1 and 1, where an array has no bytes. */
  readonly range: readonly [number, number]
}

/**
 * All frames of a GIF, a WebP, a folder of frames, a single picture or what ffmpeg reads; or of an array `[C, n, H, W]` or `[1, C, n, H, W]`, as samples are written.
 *
 * @returns `[C, n, H, W]` in [−1, 1]
 * @throws TweedieError `data` for what is missing or no video
 */
export async function readVideo(path: string, { shape, range }: WantedFrames): Promise<Float32Array> {
  const kind = await diskTree.kind(path)
  if (kind === undefined) throw new TweedieError('data', `${path}: no such file or folder`)
  const [channels, height, width] = shape as [Channels, number, number]
  if (path.toLowerCase().endsWith('.npy')) return arrayOf(await diskTree.read(path), path, shape, range)
  const read = { size: [height, width] as const, channels, upscale: true, labels: false, most: 65_536 }
  const video = await readVideos(diskTree, path, kind, diskTree.nameOf(path), read)
  if (video.length > 1) throw new TweedieError('data', `${path}: ${video.length} videos, where one is needed`)
  return Float32Array.from(video.data, (byte) => byte / 127.5 - 1)
}

function arrayOf(
  bytes: Uint8Array,
  path: string,
  wanted: readonly number[],
  range: readonly [number, number],
): Float32Array {
  const { shape, data } = isNpy(bytes) ? parseNpy(bytes) : { shape: [], data: [] }
  const item = shape.length === 5 && shape[0] === 1 ? shape.slice(1) : shape
  if (item.length !== 4 || [item[0], ...item.slice(2)].join() !== wanted.join()) {
    const [channels, height, width] = wanted
    const got = `an array [${shape.join(', ')}], expected [${channels}, frames, ${height}, ${width}]`
    throw new TweedieError('data', `${path}: ${got}`)
  }
  if (data instanceof Uint8Array) return Float32Array.from(data, (byte) => byte / 127.5 - 1)
  if (range[0] === 0 && range[1] === 255) return Float32Array.from(data as ArrayLike<number>, Number)
  const [middle, half] = [(range[0] + range[1]) / 2, (range[1] - range[0]) / 2 || 1]
  return Float32Array.from(data as ArrayLike<number>, (value) => (Number(value) - middle) / half)
}
