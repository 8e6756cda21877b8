/** Data sets whose items lie on disk, and what reads them as it reads those in memory. */
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, checkParts, itemSize } from './dataset.ts'
import type { StoredItems } from './stored-items.ts'

/** The parts of a data set on disk. */
export type StoredParts = Omit<ArrayDataset, 'data' | 'stored'> & { readonly stored: StoredItems }

/**
 * A data set whose items lie on disk. Its `data` is an error: what needs all items in memory says so, instead of a wrong result.
 *
 * @throws TweedieError `data` where parts do not fit together
 */
export function storedDataset(parts: StoredParts): ArrayDataset {
  const { name, length, stored } = parts
  checkParts(parts, length)
  const refuse = (): never => {
    const size = ((length * stored.itemBytes) / 2 ** 30).toFixed(1)
    throw new TweedieError('data', `${name}: this needs all items in memory, and they lie on disk (${size} GiB)`, {
      hint: '`inMemory: true` reads them into memory, where there is enough; or use fewer or smaller items',
    })
  }
  return Object.freeze(Object.defineProperty({ ...parts }, 'data', { enumerable: true, get: refuse }) as ArrayDataset)
}

/** Data with some facts changed or added, frozen. Items on disk stay there, where a copy by `...` would ask for all of them. */
export function withFacts<Data extends object, Facts extends object>(data: Data, facts: Facts): Data & Facts {
  const all = { ...Object.getOwnPropertyDescriptors(data), ...Object.getOwnPropertyDescriptors(facts) }
  return Object.freeze(Object.defineProperties({}, all)) as Data & Facts
}

/** Whether the values of items are bytes. */
export function holdsBytes(dataset: ArrayDataset): boolean {
  return dataset.stored ? dataset.stored.type === 'uint8' : dataset.data instanceof Uint8Array
}

/** What a digest of the values is taken of: the values, or the checksums of items on disk, so that nothing is read for it. */
export function contentOf(dataset: ArrayDataset): readonly (string | ArrayBufferView)[] {
  return dataset.stored ? ['checksums of items', dataset.stored.checks()] : [dataset.data]
}

/** Bytes that are read from disk at a time. */
const pieceBytes = 2 ** 22

/**
 * All values, item after item, in pieces of whole items: what is in memory in one piece, what is on disk in some of 4 MiB. A piece is
 * valid until the next is asked for.
 *
 * @throws TweedieError `data` where items cannot be read
 */
export function* piecesOf(dataset: ArrayDataset): Generator<Uint8Array | Float32Array> {
  const { stored, length, shape } = dataset
  if (!stored) {
    yield dataset.data
    return
  }
  const size = itemSize(shape)
  const most = Math.max(1, Math.floor(pieceBytes / stored.itemBytes))
  const buffer = stored.type === 'uint8' ? new Uint8Array(most * size) : new Float32Array(most * size)
  for (let first = 0; first < length; first += most) {
    const count = Math.min(most, length - first)
    for (let i = 0; i < count; i++) stored.read(first + i, buffer.subarray(i * size, (i + 1) * size))
    yield buffer.subarray(0, count * size)
  }
}
