/** A folder as a ZIP file, sent as it is read: models may be larger than the memory. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Zip, ZipPassThrough } from 'fflate'

/**
 * Sends a folder, all files below `name/`, uncompressed: weights hardly get smaller. Links, hidden files and files of 4 GB and more, which
 * this form of ZIP cannot hold, are left out.
 */
export async function sendZip(folder: string, name: string, response: ServerResponse): Promise<void> {
  const files = await filesBelow(folder)
  response.writeHead(200, {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}.zip`,
  })
  let waiting: (() => void) | undefined
  let failed: Error | undefined
  response.on('drain', () => waiting?.())
  response.on('close', () => waiting?.())
  const zip = new Zip((error, bytes, last) => {
    if (error) failed = error
    else response.write(bytes)
    if (last) response.end()
  })
  for (const path of files) {
    const entry = new ZipPassThrough(`${name}/${path}`)
    entry.mtime = (await stat(join(folder, path))).mtime
    zip.add(entry)
    for await (const bytes of createReadStream(join(folder, path))) {
      entry.push(bytes as Uint8Array)
      if (failed) throw failed
      if (response.writableNeedDrain) await new Promise<void>((go) => (waiting = go))
      if (response.destroyed) return zip.terminate()
    }
    entry.push(new Uint8Array(0), true)
  }
  zip.end()
}

async function filesBelow(folder: string, inside = ''): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)))
    else if (entry.isFile() && (await stat(join(folder, path))).size < 2 ** 32 - 1) found.push(path)
  }
  return found
}
