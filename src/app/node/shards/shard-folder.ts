/** The folder of shards beside a result: `grid.png.shards/3-of-8.safetensors`. */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { readBytes, writeFileAtomic } from '../../../files/io/node/files.ts'
import type { ShardOf } from '../../../tools/shards/own-shard.ts'
import { decodeShard, encodeShard, type ShardFile } from '../../../tools/shards/shard-file.ts'

/** The folder for the shards of a result. */
export function shardFolder(out: string): string {
  return `${out.replace(/[\\/]+$/, '')}.shards`
}

/** The file of a shard. */
export function shardPath(folder: string, { index, count }: ShardOf): string {
  return join(folder, `${index + 1}-of-${count}.safetensors`)
}

/** Writes a shard; an earlier one of the same number is replaced as a whole. */
export async function writeShard(folder: string, file: ShardFile): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = shardPath(folder, file.shard)
  await writeFileAtomic(path, encodeShard(file))
  return path
}

/** The shard in a file, if there is one. @throws TweedieError `data` for a file that is none, or damaged */
export async function readShard(path: string): Promise<ShardFile | undefined> {
  const bytes = await readBytes(path, 'data')
  return bytes && decodeShard(bytes, path)
}

/** A shard with its file's name. */
export interface NamedShard extends ShardFile {
  readonly name: string
}

/**
 * All shards of a folder.
 *
 * @throws TweedieError `data` where there are none, or some are missing
 */
export async function readShards(folder: string): Promise<readonly NamedShard[]> {
  const names = await numbered(folder)
  if (names.length === 0) {
    const found = await stat(folder).catch(() => undefined)
    throw new TweedieError('data', found ? `${folder}: there are no shards in it` : `${folder}: no such folder`, {
      hint: 'it is the one that --shard wrote, beside the result: OUT.shards',
    })
  }
  const counts = [...new Set(names.map(({ count }) => count))]
  if (counts.length > 1) {
    throw new TweedieError('data', `${folder}: has shards of ${counts.sort((a, b) => a - b).join(' and of ')}`, {
      hint: 'remove those of the wrong number',
    })
  }
  const missing = missingOf(
    names.map(({ index }) => index),
    counts[0]!,
  )
  if (missing.length > 0) {
    throw new TweedieError('data', `${folder}: ${listed(missing, counts[0]!)} missing`, {
      hint: `compute ${missing.length === 1 ? 'it' : 'them'} with the same command and \`shard: ${missing[0]! + 1}/${counts[0]}\``,
    })
  }
  const shards: NamedShard[] = []
  for (const { name, index, count } of names) {
    const shard = (await readShard(join(folder, name)))!
    if (shard.shard.index !== index || shard.shard.count !== count) {
      throw new TweedieError(
        'data',
        `${join(folder, name)}: is shard ${shard.shard.index + 1} of ${shard.shard.count}: it was given another name`,
      )
    }
    shards.push({ name, ...shard })
  }
  return shards
}

/** Waits until all shards of a folder are there, at most so many minutes. @throws TweedieError `interrupted` */
export async function allShards(folder: string, minutes: number, signal?: AbortSignal): Promise<void> {
  const end = performance.now() + 60_000 * minutes
  while (performance.now() < end) {
    const [first] = await numbered(folder)
    if (first && (await missingIn(folder, first.count)).length === 0) return
    throwIfAborted(signal)
    await pause(Math.min(pollMs, Math.max(1, end - performance.now())), undefined, signal && { signal }).catch(() => {})
  }
}

/** Between two looks into a folder, in milliseconds. */
const pollMs = 2000

/** Which shards of so many are not there yet. */
export async function missingIn(folder: string, count: number): Promise<readonly number[]> {
  const there = (await numbered(folder)).filter((each) => each.count === count)
  return missingOf(
    there.map(({ index }) => index),
    count,
  )
}

async function numbered(folder: string) {
  const names = await readdir(folder).catch((): string[] => [])
  return names
    .flatMap((name) => {
      const [, number, count] = /^(\d+)-of-(\d+)\.safetensors$/.exec(name) ?? []
      return number === undefined ? [] : [{ name, index: Number(number) - 1, count: Number(count) }]
    })
    .sort((a, b) => a.index - b.index)
}

function missingOf(there: readonly number[], count: number): readonly number[] {
  const known = new Set(there)
  return Array.from({ length: count }, (_, i) => i).filter((i) => !known.has(i))
}

/** `shards 2, 5 and 7 of 8 are` */
function listed(missing: readonly number[], count: number): string {
  const numbers = missing.slice(0, 20).map((index) => String(index + 1))
  const more = missing.length > 20 ? ` and ${missing.length - 20} more` : ''
  return missing.length === 1
    ? `shard ${numbers[0]} of ${count} is`
    : `shards ${numbers.join(', ')}${more} of ${count} are`
}

/** The folder must be one that can be made. @throws TweedieError `usage` */
export async function requireShardFolder(folder: string): Promise<void> {
  if (await stat(dirname(folder)).catch(() => undefined)) return
  throw new TweedieError('usage', `${folder}: there is no folder ${dirname(folder)}`)
}
