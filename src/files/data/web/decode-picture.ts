/** Decodes pictures by the browser's own means. */
import { TweedieError } from '../../../errors.ts'
import type { DecodeHow, PictureFacts } from '../file-tree.ts'
import { fitPixels } from '../open/fit-pixels.ts'
import type { Depth } from '../open/image-depth.ts'
import type { Pixels } from '../open/image-planes.ts'

/** The size of a picture after rotation. Its bytes are decoded for it. */
export async function pictureFacts(blob: Blob): Promise<PictureFacts> {
  const bitmap = await bitmapOf(blob)
  const { width, height } = bitmap
  bitmap.close()
  return { width, height, depth: await depthOf(blob), frames: 1 }
}

/**
 * Decodes a picture with 8 bits, upright, in sRGB; laid over a background if one is given; scaled to fit a rectangle where one is given.
 *
 * @throws TweedieError `data` for what this browser cannot decode, `usage` for other depths than 8 bits
 */
export async function decodePicture(blob: Blob, how: DecodeHow = {}): Promise<Pixels> {
  const { background, size, fit = 'cover', depth = 'uchar' } = how
  if (depth !== 'uchar') {
    throw new TweedieError('usage', 'a browser decodes pictures with 8 bits', {
      hint: 'leave `bits: 16` out, or prepare the data as .npy with Node or Python',
    })
  }
  const bitmap = await bitmapOf(blob)
  const { width, height } = bitmap
  const context = contextOf(width, height)
  if (background !== undefined) {
    context.fillStyle = background
    context.fillRect(0, 0, width, height)
  }
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  const { data } = context.getImageData(0, 0, width, height)
  const pixels: Pixels = { width, height, depth: 'uchar', data: new Uint8Array(data.buffer) }
  return size === undefined ? pixels : fitPixels(pixels, size, fit, colourOf(background ?? '#fff')!)
}

/** A CSS colour as red, green and blue; undefined for what is none. */
export function colourOf(text: string): readonly number[] | undefined {
  const context = contextOf(1, 1)
  // What is no colour leaves the style as it was.
  const tried = ['#000001', '#000002'].map((before) => {
    context.fillStyle = before
    context.fillStyle = text
    return context.fillStyle
  })
  if (tried[0] !== tried[1]) return undefined
  context.fillRect(0, 0, 1, 1)
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)]
}

async function bitmapOf(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image', premultiplyAlpha: 'none' })
  } catch (cause) {
    throw new TweedieError('data', 'this browser does not read it as a picture', {
      hint: 'PNG, JPEG, WebP, GIF and AVIF are read; save it as one of these',
      cause,
    })
  }
}

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (context) return context
  throw new TweedieError('device', `the browser has no memory for a picture of ${width} × ${height} pixels`, {
    hint: 'make the pictures smaller first',
  })
}

/** How a picture is stored, where its first bytes say it: PNG may have 16 bits. */
async function depthOf(blob: Blob): Promise<Depth> {
  const head = new Uint8Array(await blob.slice(0, 25).arrayBuffer())
  const isPng = [0x89, 0x50, 0x4e, 0x47].every((byte, i) => head[i] === byte)
  return isPng && head[24] === 16 ? 'ushort' : 'uchar'
}
