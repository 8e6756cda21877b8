/** Items that come with a request: pictures, arrays and numbers, and those that options name. */
import { TweedieError } from '../../../errors.ts'
import type { Access, WantedPicture } from '../../../families/family.ts'
import { parseNpy } from '../../../files/data/formats/npy.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import { pictureValues } from '../../../files/io/node/read-picture.ts'
import type { SentItem } from '../../serving/bodies.ts'
import { inMemory } from '../../open.ts'

/** The name by which the item itself is asked for. */
export const itemName = 'the item'

/** Access to the pictures of a request by their names; nothing on the disk is read, whatever an option names. */
export function requestAccess(pictures: Readonly<Record<string, SentItem>>): Access {
  return {
    ...inMemory().access,
    async picture(name, wanted) {
      if (!Object.hasOwn(pictures, name)) {
        throw new TweedieError('usage', `${name}: there is no such picture in the request`, {
          hint: `send it along: "pictures": { ${JSON.stringify(name)}: "data:image/png;base64,…" }`,
        })
      }
      return sentValues(pictures[name]!, wanted, name)
    },
    async bytes(name) {
      throw new TweedieError('usage', `${name}: a server reads no files by name`)
    },
  }
}

async function sentValues(item: SentItem, wanted: WantedPicture, name: string): Promise<Float32Array> {
  if (typeof item !== 'string') return fitting(Float32Array.from(item), wanted, name)
  const bytes = bytesOf(item, name)
  if (bytes[0] === 0x93 && bytes[1] === 0x4e) {
    return fitting(Float32Array.from(parseNpy(bytes).data as ArrayLike<number>, Number), wanted, name)
  }
  return pictureValues(bytes, name, wanted)
}

/** Latents or values that come as they are. */
export function sentArray(item: SentItem, name = itemName): Float32Array {
  if (typeof item !== 'string') return Float32Array.from(item)
  const bytes = bytesOf(item, name)
  return Float32Array.from(parseNpy(bytes).data as ArrayLike<number>, Number)
}

function fitting(values: Float32Array, { shape, why }: WantedPicture, name: string): Float32Array {
  if (values.length === itemSize(shape)) return values
  throw new TweedieError('shape', `${name}: ${values.length} values, expected [${shape.join(', ')}]: ${why}`)
}

function bytesOf(text: string, name: string): Uint8Array {
  const data = /^data:[^,]*;base64,/.exec(text)
  const base64 = data ? text.slice(data[0].length) : text
  if (!/^[\w+/=\s-]*$/.test(base64)) {
    throw new TweedieError('data', `${name}: neither a data URL nor base64`)
  }
  return Buffer.from(base64, 'base64')
}
