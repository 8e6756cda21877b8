/** Items as bytes of a picture, for a page or a response. */
import { TweedieError } from '../errors.ts'
import type { View } from '../families/family.ts'
import { encodePng } from '../files/io/png.ts'
import { type GridOptions, magnify, type Raster } from '../files/io/raster.ts'

/**
 * A PNG of items: of all of them as a grid, of one with `drawn.part(i, 1)`.
 *
 * @param options `columns`: pictures in a row; `scale`: enlarges by a whole number, pixels kept sharp
 * @throws TweedieError `usage` for items that are not pictures
 * @example
 * const drawn = await painter.draw({ count: 4 })
 * const png = pictureBytes(drawn.part(0, 1), { scale: 4 })
 */
export function pictureBytes(
  view: View,
  options: GridOptions & { readonly scale?: number } = {},
): Uint8Array<ArrayBuffer> {
  return encodePng(pictureRaster(view, options))
}

/** The same as pixels. @throws TweedieError `usage` for items that are not pictures */
export function pictureRaster(
  view: View,
  { scale = 1, ...layout }: GridOptions & { readonly scale?: number } = {},
): Raster {
  if (!view.raster) throw new TweedieError('usage', 'there is no picture of such items', { hint: 'see `texts`' })
  const raster = view.raster(layout)
  return scale === 1 ? raster : magnify(raster, scale)
}
