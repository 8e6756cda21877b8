/** Items that are named, or are at hand: pictures, and arrays as `sample` writes them. */
import { TweedieError } from '../errors.ts'
import { type DataScale, itemSize } from '../files/data/dataset.ts'
import { isNpy, parseNpy } from '../files/data/formats/npy.ts'
import type { NumericArray } from '../files/data/nd-array.ts'
import type { Access, Item, WantedPicture } from './family.ts'
import { asSeen, pictureValues } from './picture-values.ts'

/**
 * A picture, or pictures in an array, as values that a model sees, `[n, ...item]`.
 *
 * @param of the shape of one item, and the meaning of its values
 * @throws TweedieError `usage` for a model of anything but images, `data` or `shape` for what does not fit
 */
export async function readItems(
  { item: shape, scale }: { readonly item: readonly number[]; readonly scale: DataScale },
  item: Item,
  fit: WantedPicture['fit'],
  access: Access,
): Promise<Float32Array> {
  if (scale.kind !== 'image') throw new TweedieError('usage', '`encode` is for models of images')
  if (typeof item !== 'string') return asSeen(scale, wholeItems(item, shape))
  if (item.toLowerCase().endsWith('.npy')) {
    return asSeen(scale, Float32Array.from(await readArray(item, shape, access), Number))
  }
  return pictureValues(item, { shape, why: 'the model makes such pictures', fit }, access, scale)
}

/** Values in memory. @throws TweedieError `shape` for no whole items */
export function wholeItems(values: Float32Array, shape: readonly number[]): Float32Array {
  if (values.length > 0 && values.length % itemSize(shape) === 0) return values
  throw new TweedieError('shape', `${values.length} values are no whole items of [${shape.join(', ')}]`)
}

/** The elements of an array file `[n, ...shape]`. @throws TweedieError `data` for another shape, or no array */
export async function readArray(name: string, shape: readonly number[], access: Access): Promise<NumericArray> {
  const bytes = await access.bytes(name, 'data')
  if (!isNpy(bytes)) throw new TweedieError('data', `${name}: not an array: an .npy file is needed`)
  const { shape: found, data } = parseNpy(bytes)
  if (found.length === shape.length + 1 && found.slice(1).join() === shape.join()) return data
  throw new TweedieError('data', `${name}: an array [${found.join(', ')}], expected [n, ${shape.join(', ')}]`)
}
