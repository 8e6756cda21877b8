/** Model folders in IndexedDB, by name: for browsers without a file system of the page's own. */
import { TweedieError } from '../../../errors.ts'

const [database, folders] = ['tweedie', 'folders'] as const

/** @throws TweedieError `model` where there is none of this name */
export async function readIndexedDb(name: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const found: unknown = await inStore('readonly', (store) => store.get(name))
  if (found instanceof Map) return found as ReadonlyMap<string, Uint8Array>
  const names = (await inStore('readonly', (store) => store.getAllKeys())) as readonly string[]
  throw new TweedieError('model', `${name}: this browser keeps no such folder in IndexedDB`, {
    hint: names.length > 0 ? `there are ${names.join(', ')}` : 'saveModelFolder puts one there',
  })
}

/** Keeps a folder; one of this name is replaced. */
export async function writeIndexedDb(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await inStore('readwrite', (store) => store.put(new Map(files), name))
}

/** Deletes a folder, if there is one of this name. */
export async function deleteIndexedDb(name: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(name))
}

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const unusable = (cause: unknown): TweedieError =>
    new TweedieError('device', `this browser does not let the page use IndexedDB: ${String(cause)}`, {
      hint: 'a private window may forbid it, or the storage is full',
      cause,
    })
  const settled = <R>(request: IDBRequest<R>): Promise<R> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(unusable(request.error)))
    })
  if (typeof indexedDB === 'undefined') throw unusable('there is none')
  const opening = indexedDB.open(database, 1)
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(folders))
  const db = await settled(opening)
  try {
    const transaction = db.transaction(folders, mode)
    const done = new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve())
      transaction.addEventListener('abort', () => reject(unusable(transaction.error)))
    })
    const result = await settled(work(transaction.objectStore(folders)))
    await done
    return result
  } finally {
    db.close()
  }
}
