/** Images as bytes: decoded, and brought into planes. */
import type { Sharp } from 'sharp'
import type { Place } from './image-crops.ts'

/** An image as interleaved bytes of red, green and blue. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** `[height, width, 3]`. */
  readonly data: Uint8Array
}

/** Decodes an image: turned upright, laid over a background, in sRGB; scaled to cover a square of `size` where that is given. */
export async function decode(image: Sharp, background: 'white' | 'black', size?: number): Promise<Pixels> {
  const upright = image.autoOrient().flatten({ background })
  const square = size === undefined ? upright : upright.resize(size, size, { fit: 'cover', position: 'centre' })
  const { data, info } = await square.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels === 3) return { width, height, data }
  const rgb = new Uint8Array(width * height * 3)
  for (let p = 0; p < width * height; p++) rgb.fill(data[p * channels]!, 3 * p, 3 * p + 3)
  return { width, height, data: rgb }
}

/** The square of `size` pixels at a place of an image → planes [3, size, size]. Returns whether every pixel is grey. */
export function toPlanes({ width, data }: Pixels, { x, y }: Place, size: number, planes: Uint8Array): boolean {
  const plane = size * size
  let grey = true
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [from, to] = [3 * ((y + row) * width + x + column), row * size + column]
      const [r, g, b] = [data[from]!, data[from + 1]!, data[from + 2]!]
      planes[to] = r
      planes[plane + to] = g
      planes[2 * plane + to] = b
      if (r !== g || g !== b) grey = false
    }
  }
  return grey
}

/** Planes [3, H, W] → [1, H, W]: Y = 0.299 R + 0.587 G + 0.114 B. `out` may lie over `planes`, but not behind its start. */
export function toLuma(planes: Uint8Array, out: Uint8Array) {
  const n = out.length
  for (let p = 0; p < n; p++) {
    out[p] = Math.round(0.299 * planes[p]! + 0.587 * planes[n + p]! + 0.114 * planes[2 * n + p]!)
  }
}
