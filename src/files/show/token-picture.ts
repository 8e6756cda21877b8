/** Maps and quantised images as pictures. */
import { itemSize } from '../data/dataset.ts'
import { type GridOptions, type Raster, toGrid } from '../io/raster.ts'
import type { Readable } from './token-text.ts'

/** Whether tokens of this kind can be shown as a picture. */
export function isPicture({ vocabulary }: Pick<Readable, 'vocabulary'>): boolean {
  return vocabulary.kind === 'map' || vocabulary.kind === 'levels'
}

/** A grid of items `[n, ...shape]`: maps in their colours, levels in greys (or RGB), what is masked in white. */
export function tokenPictureOf(
  { shape, vocabulary }: Readable,
  tokens: Int32Array,
  levels: number,
  options: GridOptions = {},
): Raster {
  const [height, width] = shape.slice(-2) as [number, number]
  const count = tokens.length / itemSize(shape)
  if (vocabulary.kind !== 'map') {
    const values = Float32Array.from(tokens, (token) => Math.min(1, (2 * token) / (levels - 1) - 1))
    return toGrid(values, [count, shape.length === 3 ? shape[0]! : 1, height, width], options)
  }
  const plane = height * width
  const values = new Float32Array(count * 3 * plane)
  for (let i = 0; i < tokens.length; i++) {
    const [item, pixel] = [Math.floor(i / plane), i % plane]
    const color = vocabulary.colors[tokens[i]!] ?? [255, 255, 255]
    for (let c = 0; c < 3; c++) values[(item * 3 + c) * plane + pixel] = color[c]! / 127.5 - 1
  }
  return toGrid(values, [count, 3, height, width], options)
}
