/** Pictures as PNG bytes, wherever JavaScript runs. */
import { zlibSync } from 'fflate'
import { crc32 } from '../data/formats/crc32.ts'
import type { Raster } from './raster.ts'

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** PNG's colour types by the bytes of a pixel: grey, grey and alpha, RGB, RGBA. */
const colorTypes = [0, 4, 2, 6]

/**
 * The bytes of a PNG file: 8 bits a channel, not interlaced.
 *
 * @see Portable Network Graphics (PNG) Specification, third edition, https://www.w3.org/TR/png-3/
 * @example
 * const blob = new Blob([encodePng(toGrid(items, shape))], { type: 'image/png' })
 */
export function encodePng(raster: Raster): Uint8Array<ArrayBuffer> {
  return pngOfPacked(raster, packed(raster))
}

/** The file of a picture whose pixels are compressed already. */
export function pngOfPacked(raster: Raster, pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  return pngFile([headerOf(raster), pngChunk('IDAT', pixels), pngChunk('IEND', new Uint8Array(0))])
}

/** A file of chunks. */
export function pngFile(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(signature.length + chunks.reduce((sum, { length }) => sum + length, 0))
  file.set(signature)
  chunks.reduce((at, each) => (file.set(each, at), at + each.length), signature.length)
  return file
}

/** The chunk IHDR of a picture. */
export function headerOf({ width, height, data }: Raster): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colorTypes[data.length / (width * height) - 1]!, 0, 0, 0], 8)
  return pngChunk('IHDR', header)
}

/** The pixels of a picture, compressed. */
export function packed(raster: Raster): Uint8Array {
  return zlibSync(filteredRows(raster))
}

/** The pixels of a picture. Each row is preceded by its filter: 0 is none. */
export function filteredRows({ height, data }: Raster): Uint8Array {
  const row = data.length / height
  const rows = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1)
  return rows
}

/** Length, name, content, checksum of name and content. */
export function pngChunk(name: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(content.length + 12)
  const view = new DataView(out.buffer)
  view.setUint32(0, content.length)
  for (let i = 0; i < 4; i++) out[4 + i] = name.charCodeAt(i)
  out.set(content, 8)
  view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)))
  return out
}
