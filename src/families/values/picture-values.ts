/** Reads an item, by name or from values, into a model's values. */
import { itemSize } from '../../files/data/dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { Access, Item, WantedPicture } from '../family.ts'

/**
 * The values of a picture, [−1, 1].
 *
 * @throws TweedieError `data` for one of another size or mode, `shape` for too few or too many values
 */
export async function pictureValues(
  item: Item,
  wanted: WantedPicture,
  access: Pick<Access, 'picture'>,
): Promise<Float32Array> {
  if (typeof item === 'string') return access.picture(item, wanted)
  if (item.length === itemSize(wanted.shape)) return item
  throw new TweedieError('shape', `${item.length} values, expected [${wanted.shape.join(', ')}]: ${wanted.why}`)
}
