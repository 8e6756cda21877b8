/** Pictures as PNG bytes, compressed by zlib; large ones on another thread. */
import { promisify } from 'node:util'
import { deflate, deflateSync } from 'node:zlib'
import { filteredRows, pngOfPacked } from '../png.ts'
import type { Raster } from '../raster.ts'

const compress = promisify(deflate)

/** Bytes up to which a picture is compressed at once: in less time than the way to another thread takes. */
const atOnce = 2 ** 14

/** The picture that `encodePng` encodes, of other bytes: the compressor is zlib, and where the picture is large, the thread of the caller goes on meanwhile. */
export async function encodePngApart(raster: Raster): Promise<Uint8Array<ArrayBuffer>> {
  const rows = filteredRows(raster)
  return pngOfPacked(raster, rows.length > atOnce ? await compress(rows) : deflateSync(rows, memoryFor(rows.length)))
}

/** A window that holds so few bytes, and no more: by default zlib takes a quarter of a megabyte, for which V8 collects garbage the more often. */
function memoryFor(bytes: number): { readonly windowBits: number; readonly memLevel: number } {
  const windowBits = Math.max(9, Math.ceil(Math.log2(bytes)))
  return { windowBits, memLevel: windowBits - 7 }
}
