/** A store in a folder of a disk. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readBytes, writeFileAtomic } from '../../../files/io/node/files.ts'
import type { Store } from '../store.ts'

/** Files in a folder, which is made when the first of them is written. */
export function folderStore(folder: string): Store {
  return {
    read: (name) => readBytes(join(folder, name), 'model'),
    async write(name, bytes) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFileAtomic(join(folder, name), bytes)
    },
  }
}
