/** Rasters as what pages show and save. */
import { TweedieError } from '../../../errors.ts'
import type { Raster } from '../raster.ts'

/** A raster for a canvas: `context.putImageData(imageDataOf(raster), 0, 0)`. */
export function imageDataOf({ width, height, data }: Raster): ImageData {
  const depth = data.length / (width * height)
  const image = new ImageData(width, height)
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 4; c++) image.data[4 * p + c] = c < depth ? data[depth * p + c]! : 255
  }
  return image
}

/**
 * A raster as a file, encoded by the browser.
 *
 * @param options `type`: the format, `image/png` by default; `quality`: of JPEG and WebP, 0 to 1
 * @throws TweedieError `usage` for a format that this browser does not write
 * @example
 * image.src = URL.createObjectURL(await encodePicture(drawn.pictures[0]))
 */
export async function encodePicture(
  raster: Raster,
  { type = 'image/png', quality }: { readonly type?: string; readonly quality?: number } = {},
): Promise<Blob> {
  const canvas = new OffscreenCanvas(raster.width, raster.height)
  canvas.getContext('2d')!.putImageData(imageDataOf(raster), 0, 0)
  const blob = await canvas.convertToBlob({ type, ...(quality !== undefined && { quality }) })
  if (blob.type === type) return blob
  throw new TweedieError('usage', `\`type\`: this browser does not write ${type}`, { hint: 'image/png always works' })
}
