/** Drawn items of values: pictures, plots, arrays. */
import { itemSize } from '../files/data/dataset.ts'
import { affineOf, areBytes } from '../files/data/normalise.ts'
import { formatsOfClouds } from './cloud-formats.ts'
import type { GridOptions } from '../files/io/raster.ts'
import { isMoving } from '../files/show/is-moving.ts'
import { movieOf } from '../files/show/movie.ts'
import { pictureOf } from '../files/show/picture.ts'
import { textPictureOf } from '../files/show/text-picture.ts'
import type { Drawn, View } from './family.ts'
import { defined } from './defined.ts'
import type { DrawnModel } from './makes.ts'

export { type DrawnModel, makesOf } from './makes.ts'

/** A view of items `[n, ...item]`, as the network has them. */
export function valuesView({ scale }: Pick<DrawnModel, 'scale'>, items: Float32Array): View {
  return {
    raster: (layout = {}) => pictureOf(items, scale, layout),
    ...(isMoving(scale) && { movie: (layout?: GridOptions) => movieOf(items, scale, layout) }),
    preview: ({ columns, ...terminal }) => textPictureOf(items, scale, { ...terminal, ...defined({ columns }) }),
  }
}

/** Items that were made. */
export function drawnValues(
  model: DrawnModel,
  items: Float32Array,
  facts: Pick<Drawn, 'how' | 'howText'> &
    Partial<Pick<Drawn, 'classes' | 'captions' | 'frames' | 'attention' | 'beside'>>,
): Drawn {
  const count = items.length / itemSize(model.frame.item)
  const { scale } = model
  const formats = scale.kind === 'cloud' ? formatsOfClouds(scale, items, inUnits(model, items)) : {}
  return { ...valueViews(model, items), ...formats, ...facts, count, shape: [count, ...model.frame.item] }
}

/** Views of items `[n, ...item]` and of parts of them, and their values. */
export function valueViews(model: DrawnModel, items: Float32Array): View & Pick<Drawn, 'array' | 'part'> {
  const size = itemSize(model.frame.item)
  const shape = [items.length / size, ...model.frame.item]
  return {
    ...valuesView(model, items),
    array: () => ({ shape, data: inUnits(model, items) }),
    part: (first, some) => valuesView(model, items.subarray(first * size, (first + some) * size)),
  }
}

/** Float32 values: images and videos of bytes in [−1, 1], everything else in the units of the data. */
function inUnits({ scale }: DrawnModel, items: Float32Array): Float32Array {
  if (areBytes(scale)) return items
  const { shift, scale: factor } = affineOf(scale)
  const span = itemSize(scale.shape) / shift.length
  return items.map((x, i) => {
    const c = Math.floor(i / span) % shift.length
    return shift[c]! + factor[c]! * x
  })
}
