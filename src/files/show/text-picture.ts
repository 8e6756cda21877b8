/** Samples of any shape as a picture for a terminal. */
import type { DataScale } from '../data/dataset.ts'
import { denormalise } from '../data/normalise.ts'
import { scatterBraille } from '../io/scatter.ts'
import { previewText, type TerminalColors } from '../io/terminal.ts'
import { cloudText } from './cloud-picture.ts'
import { isMoving } from './is-moving.ts'
import { sheetOf } from './movie.ts'
import { cloudsOf, isPlane, type PictureOptions, pictureOf } from './picture.ts'

/** What `pictureOf` draws, for a terminal: half blocks, or braille dots. */
export function textPictureOf(
  items: Float32Array,
  scale: DataScale,
  options: PictureOptions & { readonly colors: TerminalColors; readonly width: number },
): string {
  const { colors, width } = options
  if (scale.kind === 'cloud') return cloudText(...cloudsOf(items, scale), options)
  if (isPlane(scale.shape)) {
    return scatterBraille(denormalise(scale, items), { columns: Math.min(60, width), extent: options.extent })
  }
  if (isMoving(scale)) {
    // no smaller than half their size
    const most = Math.max(2, Math.floor((2 * width) / (scale.shape.at(-1)! + 2)))
    return previewText(sheetOf(items, scale, most), { colors, columns: width })
  }
  return previewText(pictureOf(items, scale, options), { colors, columns: width })
}
