/** Items that come with a request: pictures, arrays and numbers, and those that options name. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { TweedieError } from '../../../errors.ts'
import type { Access, WantedPicture } from '../../../families/family.ts'
import { isNpy, parseNpy } from '../../../files/data/formats/npy.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import { pictureValues } from '../../../files/io/node/read-picture.ts'
import type { SentItem } from '../../serving/bodies.ts'
import { inMemory } from '../../in-memory.ts'

/** The name by which the item itself is asked for. */
export const itemName = 'the item'

const asking = new AsyncLocalStorage<Access>()

/**
 * What options of a request may name: what the request has brought along. Nothing on the disk is read, whatever an option names, whoever drew
 * first with a model that is kept open.
 */
export const servedAccess: Access = Object.freeze<Access>({
  bytes: (name, code) => present().bytes(name, code),
  picture: (name, wanted) => present().picture(name, wanted),
  model: (name) => present().model(name),
  data: (name) => present().data(name),
  unseen: (name) => present().unseen(name),
})

const present = (): Access => asking.getStore() ?? requestAccess({})

/** Work during which {@link servedAccess} is this one. */
export const withAccess = <T>(access: Access, work: () => Promise<T>): Promise<T> => asking.run(access, work)

/** Access to the pictures of a request by their names. */
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
    bytes: refused,
    model: refused,
    data: refused,
    unseen: refused,
  }
}

async function refused(name?: string): Promise<never> {
  const what = name === undefined ? 'the data of the training' : `${JSON.stringify(name)}: files`
  throw new TweedieError('usage', `${what} are not read by a server`, {
    hint: 'options that name files, models or data are for programs and the command line',
  })
}

async function sentValues(item: SentItem, wanted: WantedPicture, name: string): Promise<Float32Array> {
  if (typeof item !== 'string') return fitting(Float32Array.from(item), wanted, name)
  const bytes = bytesOf(item, name)
  if (isNpy(bytes)) {
    return fitting(Float32Array.from(parseNpy(bytes).data as ArrayLike<number>, Number), wanted, name)
  }
  return pictureValues(bytes, name, wanted)
}

/** The numbers of an item that is sent as numbers or as a `.npy` file; undefined for a picture. */
export function sentNumbers(item: SentItem, name: string): Float32Array | undefined {
  if (typeof item !== 'string') return Float32Array.from(item)
  return isNpy(bytesOf(item, name)) ? sentArray(item, name) : undefined
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
