/** Parts of files, read where they are. */
import { close, fstatSync, openSync, read } from 'node:fs'
import { promisify } from 'node:util'
import { TweedieError } from '../../../errors.ts'
import type { FileRanges } from '../file-tree.ts'

const readAt = promisify(read)

/** Opens a file. @throws TweedieError `data` where it cannot be opened */
export async function fileRanges(path: string): Promise<FileRanges> {
  const cannot = (cause: unknown): TweedieError =>
    new TweedieError('data', `${path}: cannot be read (${(cause as Error).message})`, { cause })
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      throw cannot(cause)
    }
  }
  const file = attempt(() => openSync(path, 'r'))
  return {
    size: attempt(() => fstatSync(file).size),
    async read(at, length) {
      const bytes = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await readAt(file, bytes, done, length - done, at + done).catch((cause: unknown) => {
          throw cannot(cause)
        })
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    },
    close: () => close(file),
  }
}
