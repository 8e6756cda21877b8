/** Items that a user names or has at hand: pictures, and arrays as `sample` writes them. */
import { TweedieError } from '../errors.ts'
import { type DataScale, itemSize } from '../files/data/dataset.ts'
import { isNpy, parseNpy } from '../files/data/formats/npy.ts'
import type { Access, Item, WantedPicture } from './family.ts'
import { asSeen, pictureValues } from './picture-values.ts'

/**
 * Items `[n, ...shape]` as a network has them, before any patches: a picture, or an array.
 *
 * @throws TweedieError `data` for what does not fit, `shape` for values that are no whole items, `usage` for a picture where the model
 * makes none
 */
export async function readItems(
  scale: DataScale,
  item: Item,
  fit: WantedPicture['fit'],
  access: Access,
): Promise<Float32Array> {
  const { shape } = scale
  if (typeof item !== 'string') return asSeen(scale, wholeItems(item, shape))
  if (item.toLowerCase().endsWith('.npy')) return asSeen(scale, await readArray(item, shape, access))
  if (scale.kind !== 'image') {
    throw new TweedieError('usage', `${item}: the model is not of pictures`, {
      hint: 'give its items as an array, a .npy',
    })
  }
  return pictureValues(item, { shape, why: 'the model makes such pictures', fit }, access, scale)
}

/** Values in memory. @throws TweedieError `shape` */
export function wholeItems(values: Float32Array, shape: readonly number[]): Float32Array {
  if (values.length > 0 && values.length % itemSize(shape) === 0) return values
  throw new TweedieError('shape', `${values.length} values are no whole items of [${shape.join(', ')}]`)
}

/** An array `[n, ...shape]` of a `.npy` file. @throws TweedieError `data` */
export async function readArray(name: string, shape: readonly number[], access: Access): Promise<Float32Array> {
  const bytes = await access.bytes(name, 'data')
  if (!isNpy(bytes)) throw new TweedieError('data', `${name}: not an array: an .npy file is needed`)
  const { shape: found, data } = parseNpy(bytes)
  if (found.length === shape.length + 1 && found.slice(1).join() === shape.join())
    return Float32Array.from(data, Number)
  throw new TweedieError('data', `${name}: an array [${found.join(', ')}], expected [n, ${shape.join(', ')}]`)
}
