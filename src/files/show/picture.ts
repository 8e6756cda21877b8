/** Samples of any shape as one picture, or as text. */
import { denormalise } from '../data/normalise.ts'
import type { DataScale } from '../data/dataset.ts'
import { cloudPicture, cloudText } from './cloud-picture.ts'
import { toGrid } from '../io/raster.ts'
import type { GridOptions, Raster } from '../io/raster.ts'
import { scatterBraille, scatterRaster } from '../io/scatter.ts'
import type { Extent } from '../io/scatter.ts'
import { previewText } from '../io/terminal.ts'
import { windowMaps } from './window-maps.ts'
import type { TerminalColors } from '../io/terminal.ts'

/** How a picture is laid out. */
export interface PictureOptions extends Pick<GridOptions, 'columns'> {
  /** Of clouds: from where they are seen, degrees around the upright axis. */
  readonly azimuth?: number | undefined
  /** Of points: the part of the plane that is shown. */
  readonly extent?: Extent | undefined
}

/**
 * A grid of images, a grid of clouds, a plot of points in the plane, or grey values for anything else: a row to an item of `[d]`, a panel to
 * an item of `[channels, length]`.
 *
 * @param items `[n, ...shape]` as a network sees them
 * @param scale what they are; points are shown in their own units
 */
export function pictureOf(items: Float32Array, scale: DataScale, options: PictureOptions = {}): Raster {
  if (scale.kind === 'fields') return windowMaps(denormalise(scale, items), scale)
  if (scale.kind === 'cloud') return cloudPicture(...cloudsOf(items, scale), options)
  if (isPlane(scale.shape)) return scatterRaster(denormalise(scale, items), { extent: options.extent })
  const layout = options.columns === undefined ? {} : { columns: options.columns }
  return toGrid(items, panels(items, scale.shape), { ...layout, opacity: scale.kind === 'image' })
}

/** The same for a terminal: half blocks, or braille dots. */
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
  return previewText(pictureOf(items, scale, options), { colors, columns: width })
}

/**
 * Clouds for a picture, around the middle of the data and in their own proportions. The network's values are all that: the scale of all axes is
 * one.
 */
export function cloudsOf(items: Float32Array, { shape }: DataScale): [Float32Array, readonly [number, number]] {
  return [items, shape as [number, number]]
}

const isPlane = (shape: readonly number[]): boolean => shape.length === 1 && shape[0] === 2

function panels(items: Float32Array, shape: readonly number[]): readonly number[] {
  const count = items.length / shape.reduce((a, b) => a * b, 1)
  if (shape.length === 3) return [count, ...shape]
  const [rows, columns] = shape as [number, number]
  return shape.length === 2 ? [count, 1, rows, columns] : [1, 1, count, rows]
}
