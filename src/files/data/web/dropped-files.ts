/** Files and folders that were dropped on a page. */
import { TweedieError } from '../../../errors.ts'
import type { NamedFile } from './named-file.ts'

/**
 * All dropped files with their paths, those in folders too. A dropped folder is the beginning of its files' paths.
 *
 * @param transfer of the `drop` event, at once: the browser forgets it when the event is over
 * @throws TweedieError `data` where nothing was dropped but text or links, or a file cannot be read
 * @example
 * page.ondrop = async (event) => {
 *   event.preventDefault()
 *   const data = await tweedie.data(await droppedFiles(event.dataTransfer))
 * }
 */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly NamedFile[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const entries = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  const files: NamedFile[] = []
  for (const entry of entries) {
    if (entry === null) continue
    if (entry instanceof File) files.push({ path: entry.name, file: entry })
    else await collect(entry, '', files)
  }
  if (files.length > 0) return files
  throw new TweedieError('data', 'no files were dropped', { hint: 'drop files or a folder from the file manager' })
}

async function collect(entry: FileSystemEntry, before: string, files: NamedFile[]): Promise<void> {
  const path = before + entry.name
  const failed = (cause: unknown): TweedieError =>
    new TweedieError('data', `${path}: the browser cannot read it (${String(cause)})`, { cause })
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, (error) => reject(failed(error))),
    )
    files.push({ path, file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    // A hundred at a time, until none are left.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, (error) => reject(failed(error))),
    )
    if (some.length === 0) return
    for (const each of some) await collect(each, `${path}/`, files)
  }
}
