/** An item that was named, or is at hand, as a model has it. */
import { type DataScale, itemSize } from '../files/data/dataset.ts'
import { affineOf, areBytes } from '../files/data/normalise.ts'
import { TweedieError } from '../errors.ts'
import type { Access, Item, WantedPicture } from './family.ts'

/**
 * The values of a picture, [−1, 1].
 *
 * @param scale what the model's values mean
 * @throws TweedieError `data` for one of another size or mode, `shape` for too few or too many values
 */
export async function pictureValues(
  item: Item,
  wanted: WantedPicture,
  access: Pick<Access, 'picture'>,
  scale: DataScale,
): Promise<Float32Array> {
  if (typeof item === 'string') {
    return access.picture(item, areBytes(scale) ? wanted : { ...wanted, range: scale.range })
  }
  if (item.length === itemSize(wanted.shape)) return asSeen(scale, item)
  throw new TweedieError('shape', `${item.length} values, expected [${wanted.shape.join(', ')}]: ${wanted.why}`)
}

/** Values of items as arrays have them → those of a network: they are that of bytes, and in the units of the data of other numbers. */
export function asSeen(scale: DataScale, values: Float32Array): Float32Array {
  if (areBytes(scale)) return values
  const { shift, scale: factor } = affineOf(scale)
  const span = itemSize(scale.shape) / shift.length
  return values.map((value, i) => {
    const c = Math.floor(i / span) % shift.length
    return (value - shift[c]!) / factor[c]!
  })
}
