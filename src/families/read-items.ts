/** Items to be encoded, and codes to be decoded: by the name of a file, or as values at hand. */
import { TweedieError } from '../errors.ts'
import { type DataScale, itemSize } from '../files/data/dataset.ts'
import { isNpy, parseNpy } from '../files/data/formats/npy.ts'
import type { Access, Item, WantedPicture } from './family.ts'
import { asSeen, pictureValues } from './picture-values.ts'

/**
 * Items as a network has them, `[n, ...shape]`: of a picture, or of an array as `sample` writes them.
 *
 * @param shape of one item @param scale what the model's values mean
 * @throws TweedieError `data` for a file of anything else, `shape` for no whole items
 */
export async function readItems(
  item: Item,
  { shape, scale }: { readonly shape: readonly number[]; readonly scale: DataScale },
  fit: WantedPicture['fit'],
  access: Access,
): Promise<Float32Array> {
  const isArray = typeof item !== 'string' || item.toLowerCase().endsWith('.npy')
  if (isArray) return asSeen(scale, await readCodes(item, shape, access))
  return pictureValues(item, { shape, why: 'the model makes such pictures', fit }, access, scale)
}

/**
 * Numbers as they are, `[n, ...shape]`: of a `.npy` file, or at hand.
 *
 * @throws TweedieError `data` for a file of anything else, `shape` for no whole items
 */
export async function readCodes(item: Item, shape: readonly number[], access: Access): Promise<Float32Array> {
  if (typeof item !== 'string') return wholeItems(item, shape)
  const bytes = await access.bytes(item, 'data')
  if (!isNpy(bytes)) throw new TweedieError('data', `${item}: not an array: an .npy file is needed`)
  const { shape: found, data } = parseNpy(bytes)
  if (found.length === shape.length + 1 && found.slice(1).join() === shape.join()) {
    return Float32Array.from(data, Number)
  }
  throw new TweedieError('data', `${item}: an array [${found.join(', ')}], expected [n, ${shape.join(', ')}]`)
}

function wholeItems(values: Float32Array, shape: readonly number[]): Float32Array {
  if (values.length > 0 && values.length % itemSize(shape) === 0) return values
  throw new TweedieError('shape', `${values.length} values are no whole items of [${shape.join(', ')}]`)
}
