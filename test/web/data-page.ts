/** What a page of the tests does with files: it opens them as data. */
import type { ArrayDataset } from '../../src/files/data/dataset.ts'
import { dataInput } from '../../src/files/data/web/data-input.ts'
import { openInput } from '../../src/files/data/web/open-input.ts'
import { encodePicture } from '../../src/files/io/web/encode-picture.ts'
import { readPicture } from '../../src/files/io/web/index.ts'

/** A file as the test sends it. */
export type SentFile = readonly [path: string, bytes: readonly number[]]

const filesOf = (files: readonly SentFile[]) =>
  files.map(([path, bytes]) => ({ path, file: new File([Uint8Array.from(bytes)], path.split('/').at(-1)!) }))

const refusal = (error: unknown) => {
  const { code, message, hint } = error as { code: string; message: string; hint?: string }
  return { code, message, hint }
}

export const reading = {
  async open(files: readonly SentFile[], options: Record<string, unknown> = {}) {
    try {
      const { train, report, source, again } = await openInput(dataInput(filesOf(files)), options)
      const { data, labels, remarks: _, ...facts } = train as ArrayDataset
      const plain = JSON.parse(JSON.stringify(facts)) as Record<string, unknown>
      return { ...plain, data: [...data], labels: labels && [...labels], report, source, again }
    } catch (error) {
      return refusal(error)
    }
  },
  /** A folder of the page's own file system, as a picked one. */
  async handle(files: readonly SentFile[]) {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('data', { create: true })
    for (const [path, bytes] of files) {
      const parts = path.split('/')
      let folder = root
      for (const name of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true })
      const stream = await (await folder.getFileHandle(parts.at(-1)!, { create: true })).createWritable()
      await stream.write(Uint8Array.from(bytes))
      await stream.close()
    }
    const { train } = await openInput(root, {})
    return { name: train.name, length: train.length, classNames: train.classNames }
  },
  async picture(bytes: readonly number[], options: { shape: number[]; fit?: 'cover' }) {
    const why = 'the model makes such pictures'
    return readPicture(new Blob([Uint8Array.from(bytes)]), { ...options, why }, 'it').then(
      (values) => [...values],
      refusal,
    )
  },
  async encoded(width: number, height: number, data: readonly number[]) {
    const blob = await encodePicture({ width, height, data: Uint8Array.from(data) })
    return [...new Uint8Array(await blob.arrayBuffer())]
  },
  async url(url: string) {
    return openInput(dataInput(url), {}).then(({ train }) => ({ name: train.name, length: train.length }), refusal)
  },
}

Object.assign(globalThis, { reading })
