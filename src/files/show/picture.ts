/** Samples of any shape as one picture, or as text. */
import { denormalise } from '../data/normalise.ts'
import type { DataScale } from '../data/dataset.ts'
import { cloudPicture } from './cloud-picture.ts'
import { toGrid } from '../io/raster.ts'
import type { GridOptions, Raster } from '../io/raster.ts'
import { scatterRaster } from '../io/scatter.ts'
import type { Extent } from '../io/scatter.ts'
import { windowMaps } from './window-maps.ts'
import { isMoving } from './is-moving.ts'
import { sheetOf } from './movie.ts'

/** How a picture is laid out. */
export interface PictureOptions extends Pick<GridOptions, 'columns'> {
  /** Of clouds: from where they are seen, degrees around the upright axis. */
  readonly azimuth?: number | undefined
  /** Of points: the part of the plane that is shown. */
  readonly extent?: Extent | undefined
}

/**
 * A grid of images, a grid of clouds, a row of frames to a video, a plot of points in the plane, or grey values for anything else: a row to an item of `[d]`, a panel to
 * an item of `[channels, length]`.
 *
 * @param items `[n, ...shape]` as a network sees them
 * @param scale what they are; points are shown in their own units
 */
export function pictureOf(items: Float32Array, scale: DataScale, options: PictureOptions = {}): Raster {
  if (scale.kind === 'fields') return windowMaps(denormalise(scale, items), scale)
  if (scale.kind === 'cloud') return cloudPicture(...cloudsOf(items, scale), options)
  if (isPlane(scale.shape)) return scatterRaster(denormalise(scale, items), { extent: options.extent })
  if (isMoving(scale)) return sheetOf(items, scale)
  const layout = options.columns === undefined ? {} : { columns: options.columns }
  return toGrid(items, panels(items, scale.shape), { ...layout, opacity: scale.kind === 'image' })
}

/**
 * Clouds for a picture, around the middle of the data and in their own proportions. The network's values are all that: the scale of all axes is
 * one.
 */
export function cloudsOf(items: Float32Array, { shape }: DataScale): [Float32Array, readonly [number, number]] {
  return [items, shape as [number, number]]
}

/** Whether items are points in the plane. */
export const isPlane = (shape: readonly number[]): boolean => shape.length === 1 && shape[0] === 2

function panels(items: Float32Array, shape: readonly number[]): readonly number[] {
  const count = items.length / shape.reduce((a, b) => a * b, 1)
  if (shape.length === 3) return [count, ...shape]
  const [rows, columns] = shape as [number, number]
  return shape.length === 2 ? [count, 1, rows, columns] : [1, 1, count, rows]
}
