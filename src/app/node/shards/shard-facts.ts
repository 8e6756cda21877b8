/** What decides the rows of a shard, and what only decides where the result goes. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Opened } from '../../../families/registry.ts'
import { readBytes } from '../../../files/io/node/files.ts'
import type { OptionValues } from '../../../options.ts'
import { asWritten, type ShardFacts } from '../../../tools/shards/shard-file.ts'
import { version } from '../version.ts'
import type { WorkRequest } from './work.ts'

/** Options that change no numbers: how results are written and shown, and how many cores work. */
const layout = new Set(['out', 'samples', 'force', 'columns', 'scale', 'threads'])
/** Options of the command line, and the shard itself. */
const dropped = new Set(['shard', 'json', 'quiet', 'debug', 'color', 'config', 'trajectory'])

/** A command's options, those that decide the rows apart from the others. */
export function splitOptions(options: OptionValues): Readonly<Record<'deciding' | 'others', ShardFacts>> {
  const entries = Object.entries(options).filter(([name, value]) => value !== undefined && !dropped.has(name))
  return {
    deciding: asWritten(Object.fromEntries(entries.filter(([name]) => !layout.has(name)))),
    others: asWritten(Object.fromEntries(entries.filter(([name]) => layout.has(name)))),
  }
}

/** The facts before data and other files are known. */
export async function factsOf(
  command: string,
  { place, input }: Pick<WorkRequest, 'place' | 'input'>,
  opened: Opened,
  options: OptionValues,
) {
  const { deciding } = splitOptions(options)
  const weights = await digestOfModel(place, opened)
  return { tweedie: version, command, weights, ...(input !== undefined && { input }), options: deciding }
}

/** Digests of files, by their paths. */
export async function digestsOf(paths: Iterable<string>): Promise<Readonly<Record<string, string>>> {
  const all: [path: string, digest: string][] = []
  for (const path of paths) all.push([path, await digestOfPath(path)])
  return Object.fromEntries(all)
}

/** The first of these files that is not what it was. */
export async function changedOf(digests: unknown): Promise<string | undefined> {
  const known = (digests ?? {}) as Readonly<Record<string, string>>
  const now = await digestsOf(Object.keys(known))
  return Object.keys(known).find((path) => now[path] !== known[path])
}

/** A file, or all files of a folder. */
async function digestOfPath(path: string): Promise<string> {
  const hash = createHash('sha256')
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false
  const files = isFolder ? (await readdir(path, { recursive: true })).sort().map((name) => join(path, name)) : [path]
  for (const file of files) {
    const found = await stat(file).catch(() => undefined)
    hash.update(`${relative(path, file)}\n${found?.isFile() ? found.size : 'none'}\n`)
    if (found?.isFile()) for await (const bytes of createReadStream(file)) hash.update(bytes as Uint8Array)
  }
  return hash.digest('hex').slice(0, 16)
}

/** Tells one save of a model from another: what its folder says, or for folders of others a digest of their files. */
async function digestOfModel(place: string, { model }: Opened): Promise<string> {
  if (model.meta.save !== undefined) return model.meta.save
  const hash = createHash('sha256')
  for (const path of await filesOf(place)) {
    hash.update(`${path}\n`)
    hash.update((await readBytes(join(place, path), 'model')) ?? new Uint8Array())
  }
  return hash.digest('hex').slice(0, 16)
}

async function filesOf(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  const inner = await Promise.all(
    folders.map(async (name) => (await readdir(join(place, name))).map((file) => join(name, file))),
  )
  return [...entries.filter((entry) => entry.isFile()).map(({ name }) => name), ...inner.flat()]
    .filter((name) => /\.(safetensors|bin|onnx|json)$/.test(name))
    .sort()
}
