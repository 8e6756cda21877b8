/** What options of a request may name: pictures that came with it. */
import { TweedieError } from '../../../errors.ts'
import type { Access, WantedPicture } from '../../../families/family.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import { inMemory } from '../../in-memory.ts'

/** Access to the pictures of a request, by their names; to nothing else. */
export function webAccess(pictures: Readonly<Record<string, Float32Array | Blob>> = {}): Access {
  return {
    ...inMemory().access,
    async picture(name, wanted) {
      const picture = Object.hasOwn(pictures, name) ? pictures[name]! : undefined
      if (picture === undefined) {
        throw new TweedieError('usage', `${name}: there is no such picture in the request`, {
          hint: 'give it by its name: `pictures: { mine: file }`, or give the values themselves',
        })
      }
      if (picture instanceof Float32Array) return valuesOf(name, picture, wanted)
      const { readPicture } = await import('../../../files/io/web/read-picture.ts')
      return readPicture(picture, wanted, name)
    },
  }
}

function valuesOf(name: string, values: Float32Array, { shape, why }: WantedPicture): Float32Array {
  if (values.length === itemSize(shape)) return values
  throw new TweedieError('shape', `${name}: ${values.length} values, expected [${shape.join(', ')}]: ${why}`)
}
