/** Images as bytes: decoded, and brought into planes. */
import type { Sharp } from 'sharp'
import type { ImageFit } from '../image-fits.ts'
import type { Place } from './image-crops.ts'
import type { Background, Channels, Size } from './image-words.ts'

/** An image as interleaved bytes of red, green, blue and opacity. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** `[height, width, 4]`. */
  readonly data: Uint8Array
}

/** The border of an image that is smaller than its rectangle, if no background is set. */
const frame = '#fff'

/** Whether an image uses colour and opacity. */
export interface PlaneFacts {
  /** Whether every pixel is grey. */
  grey: boolean
  /** Whether every pixel is opaque. */
  opaque: boolean
}

/**
 * Decodes an image: turned upright, in sRGB, 8 bits; laid over a background if one is given, else with its opacity; scaled to fit a
 * rectangle where one is given, by averages that ignore transparent pixels.
 */
export async function decode(
  image: Sharp,
  {
    background,
    size,
    fit = 'cover',
  }: { background?: Background | undefined; size?: Size | undefined; fit?: ImageFit | undefined },
): Promise<Pixels> {
  const upright = image.autoOrient()
  const flat = background === undefined ? upright : upright.flatten({ background })
  const how = { fit: fit === 'stretch' ? 'fill' : fit, position: 'centre', background: background ?? frame } as const
  const fitted = size === undefined ? flat : flat.resize(size[1], size[0], how)
  const { data, info } = await fitted
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels === 4) return { width, height, data }
  // Grey and opacity.
  const rgba = new Uint8Array(width * height * 4)
  for (let p = 0; p < width * height; p++) {
    rgba.fill(data[p * channels]!, 4 * p, 4 * p + 3)
    rgba[4 * p + 3] = data[p * channels + 1]!
  }
  return { width, height, data: rgba }
}

/**
 * The rectangle at a place of an image → planes [4, height, width]. A fully transparent pixel gets the colour 0.
 *
 * @param facts updated by the pixels read
 */
export function toPlanes(
  { width, data }: Pixels,
  { x, y }: Place,
  [rows, columns]: Size,
  planes: Uint8Array,
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
      if (alpha !== 255) facts.opaque = false
    }
  }
}

/** Planes [4, H, W] → [channels, H, W]; grey is Y = 0.299 R + 0.587 G + 0.114 B. `out` may lie over `planes`, but not behind its start. */
export function keepChannels(planes: Uint8Array, channels: Channels, out: Uint8Array): void {
  const n = planes.length / 4
  if (channels >= 3) {
    out.set(planes.subarray(0, channels * n))
    return
  }
  const opacity = channels === 2 ? planes.slice(3 * n) : undefined
  for (let p = 0; p < n; p++) {
    out[p] = Math.round(0.299 * planes[p]! + 0.587 * planes[n + p]! + 0.114 * planes[2 * n + p]!)
  }
  if (opacity) out.set(opacity, n)
}
