/** Images as numbers, brought into planes. */
import type { Place } from './image-crops.ts'
import { type Depth, opaqueOf } from './image-depth.ts'
import type { Channels, Size } from './image-words.ts'

/** Planes of images: bytes, or numbers that bytes cannot hold. */
export type Planes = Uint8Array | Float32Array

/** An image as interleaved numbers of red, green, blue and opacity. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly depth: Depth
  /** `[height, width, 4]`. */
  readonly data: Uint8Array | Uint16Array | Float32Array
}

/** Whether an image uses colour and opacity. */
export interface PlaneFacts {
  /** Whether every pixel is grey. */
  grey: boolean
  /** Whether every pixel is opaque. */
  opaque: boolean
}

/**
 * The rectangle at a place of an image → planes [4, height, width]. A fully transparent pixel gets the colour 0.
 *
 * @param facts updated by the pixels read
 */
export function toPlanes(
  { width, data, depth }: Pixels,
  { x, y }: Place,
  [rows, columns]: Size,
  planes: Planes,
  facts: PlaneFacts,
): void {
  const plane = rows * columns
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [from, to] = [4 * ((y + row) * width + x + column), row * columns + column]
      const alpha = data[from + 3]!
      const [r, g, b] = alpha === 0 ? [0, 0, 0] : [data[from]!, data[from + 1]!, data[from + 2]!]
      planes[to] = r
      planes[plane + to] = g
      planes[2 * plane + to] = b
      planes[3 * plane + to] = alpha
      if (r !== g || g !== b) facts.grey = false
      if (alpha !== opaqueOf[depth]) facts.opaque = false
    }
  }
}

/** Planes [4, H, W] → [channels, H, W]; grey is Y = 0.299 R + 0.587 G + 0.114 B. `out` may lie over `planes`, but not behind its start. */
export function keepChannels(planes: Planes, channels: Channels, out: Planes): void {
  const n = planes.length / 4
  if (channels >= 3) {
    out.set(planes.subarray(0, channels * n))
    return
  }
  const opacity = channels === 2 ? planes.slice(3 * n) : undefined
  const isBytes = planes instanceof Uint8Array
  for (let p = 0; p < n; p++) {
    const [r, g, b] = [planes[p]!, planes[n + p]!, planes[2 * n + p]!]
    const grey = r === g && g === b ? r : 0.299 * r + 0.587 * g + 0.114 * b
    out[p] = isBytes ? Math.round(grey) : grey
  }
  if (opacity) out.set(opacity, n)
}

/** The fewest channels that lose nothing. */
export function channelsFor({ grey, opaque }: PlaneFacts): Channels {
  if (grey) return opaque ? 1 : 2
  return opaque ? 3 : 4
}
