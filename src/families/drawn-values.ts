/** Drawn items of values: pictures, plots, arrays. */
import { type DataScale, itemSize } from '../files/data/dataset.ts'
import type { Frame } from '../files/data/frame.ts'
import { affineOf, areBytes } from '../files/data/normalise.ts'
import { cloudFormats, formatsOfClouds } from './cloud-formats.ts'
import { pictureOf, textPictureOf } from '../files/show/picture.ts'
import type { Drawn, Makes, View } from './family.ts'
import { defined } from './defined.ts'

/** The parts of a model that show its items. */
export interface DrawnModel {
  readonly frame: Pick<Frame, 'item'>
  /** From the network's values to those of the data. */
  readonly scale: DataScale
}

/** The formats of its items. */
export function makesOf({ frame, scale }: DrawnModel): Makes {
  return { pictures: frame.item.length >= 3 || scale.kind === 'cloud' ? 'each' : 'together', texts: false }
}

/** Extensions of files besides pictures and arrays. */
export function formatsOf({ scale }: DrawnModel): readonly string[] {
  return scale.kind === 'cloud' ? cloudFormats : []
}

/** A view of items `[n, ...item]`, as the network has them. */
export function valuesView({ scale }: Pick<DrawnModel, 'scale'>, items: Float32Array): View {
  return {
    raster: (layout = {}) => pictureOf(items, scale, layout),
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

/** Float32 values: images of bytes in [−1, 1], everything else in the units of the data. */
function inUnits({ scale }: DrawnModel, items: Float32Array): Float32Array {
  if (areBytes(scale)) return items
  const { shift, scale: factor } = affineOf(scale)
  const span = itemSize(scale.shape) / shift.length
  return items.map((x, i) => {
    const c = Math.floor(i / span) % shift.length
    return shift[c]! + factor[c]! * x
  })
}
