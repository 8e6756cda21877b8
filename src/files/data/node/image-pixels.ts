/** Images as numbers: decoded, and brought into planes. */
import type { Sharp } from 'sharp'
import type { ImageFit } from '../image-fits.ts'
import type { Place } from './image-crops.ts'
import { type Depth, opaqueOf } from './image-depth.ts'
import type { Background, Channels, Size } from './image-words.ts'

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
 * Decodes an image: turned upright, in sRGB; laid over a background if one is given, else with its opacity; scaled to fit a
 * rectangle where one is given, by averages that count transparent pixels for nothing.
 *
 * @param options `depth`: with 8 bits (default), with 16, or as numbers that are taken as they are stored
 */
export async function decode(
  image: Sharp,
  options: {
    readonly background?: Background | undefined
    readonly size?: Size | undefined
    readonly fit?: ImageFit | undefined
    readonly depth?: Depth | undefined
  },
): Promise<Pixels> {
  const { background, size, fit = 'cover', depth = 'uchar' } = options
  const upright = image.autoOrient()
  const flat = background === undefined ? upright : upright.flatten({ background })
  const how = { fit: fit === 'stretch' ? 'fill' : fit, position: 'centre', background: background ?? frame } as const
  const fitted = size === undefined ? flat : flat.resize(size[1], size[0], how)
  const coloured =
    depth === 'float'
      ? fitted.toColourspace((await image.metadata()).space)
      : fitted.toColourspace(depth === 'uchar' ? 'srgb' : 'rgb16').ensureAlpha()
  const { data, info } = await coloured.raw({ depth }).toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const values = numbersOf(data, depth)
  if (channels === 4) return { width, height, depth, data: values }
  // Grey, with opacity or without, and colour without.
  const rgba = new (values.constructor as typeof Float32Array)(width * height * 4)
  const isGrey = channels < 3
  for (let p = 0; p < width * height; p++) {
    const at = p * channels
    for (let c = 0; c < 3; c++) rgba[4 * p + c] = values[isGrey ? at : at + c]!
    rgba[4 * p + 3] = channels === 2 ? values[at + 1]! : opaqueOf[depth]
  }
  return { width, height, depth, data: rgba }
}

function numbersOf({ buffer, byteOffset, byteLength }: Buffer, depth: Depth): Pixels['data'] {
  if (depth === 'uchar') return new Uint8Array(buffer, byteOffset, byteLength)
  const aligned = buffer.slice(byteOffset, byteOffset + byteLength)
  return depth === 'ushort' ? new Uint16Array(aligned) : new Float32Array(aligned)
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
