/** Items and latents that were named, or are at hand, as a flow has them. */
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { isNpy, parseNpy } from '../../files/data/formats/npy.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { affineOf, areBytes } from '../../files/data/normalise.ts'
import type { Access, Item, WantedPicture } from '../family.ts'
import type { FlowModel } from './model.ts'

/** A picture, or items in an array as `sample` writes them, as the network sees them: `[n, ...network]`. */
export async function readItems(
  { frame, scale }: Pick<FlowModel, 'frame' | 'scale'>,
  item: Item,
  fit: WantedPicture['fit'],
  access: Access,
): Promise<Float32Array> {
  const { item: shape } = frame
  const isArray = typeof item !== 'string' || item.toLowerCase().endsWith('.npy')
  if (!isArray && scale.kind !== 'image') {
    throw new TweedieError('usage', `\`encode: ${item}\`: the items of this model are no pictures`, {
      hint: 'an .npy file, as `sample` writes it',
    })
  }
  const items = isArray
    ? inUnits(scale, typeof item === 'string' ? await readArray(item, shape, access) : wholeItems(item, shape))
    : await access.picture(item, {
        shape,
        why: 'the model makes such pictures',
        fit,
        ...(!areBytes(scale) && { range: scale.range }),
      })
  return toNetwork(frame, items, new Float32Array((items.length / itemSize(shape)) * itemSize(frame.network)))
}

/** Latents `[n, D]`, by name or at hand. @throws TweedieError `data` or `shape` for what are none */
export async function readLatents(
  { frame }: Pick<FlowModel, 'frame'>,
  latent: Item,
  access: Access,
): Promise<Float32Array> {
  const shape = [itemSize(frame.network)]
  return typeof latent === 'string' ? readArray(latent, shape, access) : wholeItems(latent, shape)
}

/** Images of bytes are in [−1, 1] in an array; everything else is in the units of the data. */
function inUnits(scale: FlowModel['scale'], values: Float32Array): Float32Array {
  if (areBytes(scale)) return values
  const { shift, scale: factor } = affineOf(scale)
  const span = itemSize(scale.shape) / shift.length
  return values.map((value, i) => {
    const c = Math.floor(i / span) % shift.length
    return (value - shift[c]!) / factor[c]!
  })
}

function wholeItems(values: Float32Array, shape: readonly number[]): Float32Array {
  if (values.length > 0 && values.length % itemSize(shape) === 0) return values
  throw new TweedieError('shape', `${values.length} values are no whole items of [${shape.join(', ')}]`)
}

async function readArray(name: string, shape: readonly number[], access: Access): Promise<Float32Array> {
  const bytes = await access.bytes(name, 'data')
  if (!isNpy(bytes)) throw new TweedieError('data', `${name}: not an array: an .npy file is needed`)
  const { shape: found, data } = parseNpy(bytes)
  if (found.length === shape.length + 1 && found.slice(1).join() === shape.join())
    return Float32Array.from(data, Number)
  throw new TweedieError('data', `${name}: an array [${found.join(', ')}], expected [n, ${shape.join(', ')}]`)
}
