/** Animations as PNG bytes, wherever JavaScript runs. */
import { TweedieError } from '../../errors.ts'
import { headerOf, packed, pngChunk, pngFile } from './png.ts'
import type { Raster } from './raster.ts'

/**
 * The bytes of an animated PNG that repeats for ever. Programs that do not know animations show its first frame.
 *
 * @param frames pictures of one size and depth @param delays milliseconds of each, at most 65,535
 * @throws TweedieError `shape` for no frames, unequal ones, or another number of delays
 * @see Portable Network Graphics (PNG) Specification, third edition, section 11.3.2, https://www.w3.org/TR/png-3/
 * @example
 * const bytes = encodeApng(frames, frames.map(() => 80))
 */
export function encodeApng(frames: readonly Raster[], delays: readonly number[]): Uint8Array<ArrayBuffer> {
  const [first] = frames
  const isLike = ({ width, height, data }: Raster): boolean =>
    width === first!.width && height === first!.height && data.length === first!.data.length
  if (first === undefined || !frames.every(isLike) || delays.length !== frames.length) {
    throw new TweedieError('shape', 'an animation needs frames, all of one size, and a delay for each')
  }
  const chunks = [headerOf(first), numbers('acTL', [frames.length, 0])]
  let sequence = 0
  for (const [i, frame] of frames.entries()) {
    chunks.push(frameControl(sequence++, frame, delays[i]!))
    const pixels = packed(frame)
    if (i === 0) {
      chunks.push(pngChunk('IDAT', pixels))
      continue
    }
    const content = new Uint8Array(pixels.length + 4)
    new DataView(content.buffer).setUint32(0, sequence++)
    content.set(pixels, 4)
    chunks.push(pngChunk('fdAT', content))
  }
  return pngFile([...chunks, pngChunk('IEND', new Uint8Array(0))])
}

/** The chunk fcTL: a whole frame at the upper left corner, shown for so long; the next one replaces it. */
function frameControl(sequence: number, { width, height }: Raster, delay: number): Uint8Array {
  const content = new Uint8Array(26)
  const view = new DataView(content.buffer)
  for (const [i, value] of [sequence, width, height, 0, 0].entries()) view.setUint32(4 * i, value)
  view.setUint16(20, Math.min(0xffff, Math.max(0, Math.round(delay))))
  view.setUint16(22, 1000)
  return pngChunk('fcTL', content)
}

function numbers(name: string, values: readonly number[]): Uint8Array {
  const content = new Uint8Array(4 * values.length)
  const view = new DataView(content.buffer)
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value)
  return pngChunk(name, content)
}
