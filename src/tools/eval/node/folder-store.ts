/** A store in a folder of a disk. */
import { dirname, join } from 'node:path'
import { makeFolder, readBytes, removeForgotten, writeFileAtomic } from '../../../files/io/node/files.ts'
import type { Store } from '../store.ts'

/** Files in a folder, which is made when the first of them is written. */
export function folderStore(folder: string): Store {
  const swept = new Set<string>()
  return {
    read: (name) => readBytes(join(folder, name), 'model'),
    async write(name, bytes) {
      const place = dirname(join(folder, name))
      await makeFolder(place)
      if (!swept.has(place)) await removeForgotten(place)
      swept.add(place)
      await writeFileAtomic(join(folder, name), bytes)
    },
  }
}
