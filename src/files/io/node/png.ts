/** Pictures as PNG bytes, compressed on another thread. */
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import { filteredRows, pngOfPacked } from '../png.ts'
import type { Raster } from '../raster.ts'

const compress = promisify(deflate)

/** The picture that `encodePng` encodes, of other bytes: the compressor is zlib, and the thread of the caller goes on meanwhile. */
export async function encodePngApart(raster: Raster): Promise<Uint8Array<ArrayBuffer>> {
  return pngOfPacked(raster, await compress(filteredRows(raster)))
}
