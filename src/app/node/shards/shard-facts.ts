/** What decides the rows of a shard, and what only decides where the result goes. */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Opened } from '../../../families/registry.ts'
import { readBytes } from '../../../files/io/node/files.ts'
import type { OptionValues } from '../../../options.ts'
import { asWritten, type ShardFacts } from '../../../tools/shards/shard-file.ts'
import { version } from '../version.ts'

/** Options that change no numbers: how results are written and shown, and how many cores work. */
const layout = new Set(['out', 'force', 'columns', 'scale', 'threads'])
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

/** The facts before data are known. */
export async function factsOf(command: string, place: string, opened: Opened, options: OptionValues) {
  const { deciding } = splitOptions(options)
  return { tweedie: version, command, weights: await digestOfModel(place, opened), options: deciding }
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
