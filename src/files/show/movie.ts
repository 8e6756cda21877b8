/** Items over time `[C, T, H, W]` as moving pictures, and as sheets of their frames. */
import type { DataScale } from '../data/dataset.ts'
import { type GridOptions, type Raster, toGrid } from '../io/raster.ts'

/** Pictures that follow each other. */
export interface Movie {
  /** All of one size. */
  readonly frames: readonly Raster[]
  /** Frames a second. */
  readonly rate: number
}

/** Frames a second, where nothing is known. */
const usualRate = 10

/** The most frames in a row of a sheet. */
const mostInRow = 16

/**
 * All items side by side, over time.
 *
 * @param items `[n, C, T, H, W]` in [−1, 1]
 */
export function movieOf(items: Float32Array, scale: DataScale, layout: GridOptions = {}): Movie {
  const [, frames] = scale.shape as [number, number]
  return {
    frames: Array.from({ length: frames }, (_, t) => {
      const { data, shape } = framesOf(items, scale.shape, [t])
      return toGrid(data, shape, { ...layout, opacity: true })
    }),
    rate: scale.frameRate ?? usualRate,
  }
}

/**
 * A sheet: a row for each item, with its frames from left to right. Of more than 16 frames some are shown, the first and the last among them.
 *
 * @param most frames in a row
 */
export function sheetOf(items: Float32Array, { shape: item }: DataScale, most = mostInRow): Raster {
  const shown = chosenFrames(item[1]!, most)
  const { data, shape } = framesOf(items, item, shown)
  return toGrid(data, shape, { columns: shown.length, opacity: true })
}

/** At most so many of T frames, evenly, the first and the last among them. */
export function chosenFrames(frames: number, most: number): readonly number[] {
  if (frames <= most || most < 2) return Array.from({ length: Math.min(frames, most) }, (_, t) => t)
  return Array.from({ length: most }, (_, i) => Math.round((i * (frames - 1)) / (most - 1)))
}

/** Some frames of each item, as images `[n · frames, C, H, W]`. */
function framesOf(
  items: Float32Array,
  [channels, frames, height, width]: readonly number[],
  chosen: readonly number[],
): { readonly data: Float32Array; readonly shape: readonly number[] } {
  const plane = height! * width!
  const count = items.length / (channels! * frames! * plane)
  const data = new Float32Array(count * chosen.length * channels! * plane)
  let at = 0
  for (let n = 0; n < count; n++) {
    for (const t of chosen) {
      for (let c = 0; c < channels!; c++, at += plane) {
        const from = ((n * channels! + c) * frames! + t) * plane
        data.set(items.subarray(from, from + plane), at)
      }
    }
  }
  return { data, shape: [count * chosen.length, channels!, height!, width!] }
}
