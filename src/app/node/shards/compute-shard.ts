/** Computes one shard of a command, and keeps its rows in a file. */
import { TweedieError } from '../../../errors.ts'
import type { Setting } from '../../../families/family.ts'
import type { Opened } from '../../../families/registry.ts'
import type { OptionValues } from '../../../options.ts'
import { type OwnShard, ownShard, type ShardOf } from '../../../tools/shards/own-shard.ts'
import { asWritten, differences } from '../../../tools/shards/shard-file.ts'
import { ShardComputed } from '../../../tools/shards/shards.ts'
import type { ShardedCommand } from '../../sharded.ts'
import { digestOf } from '../digest.ts'
import { missingIn, readShard, requireShardFolder, shardFolder, shardPath, writeShard } from './shard-folder.ts'
import { changedOf, digestsOf, factsOf, splitOptions } from './shard-facts.ts'
import { type WorkRequest, works } from './work.ts'

/** A shard that is there now. */
export interface ComputedShard {
  readonly folder: string
  readonly file: string
  readonly shard: ShardOf
  /** Whether it had been computed before. */
  readonly known: boolean
  /** The items of its first loop, `[from, to)` of so many. */
  readonly items: { readonly from: number; readonly to: number; readonly count: number }
  /** Shards that are not there yet, from 0. */
  readonly missing: readonly number[]
}

/** A request with a result's place, beside which the shards are kept. */
export interface ShardRequest extends WorkRequest {
  readonly out: string
  readonly shard: ShardOf
}

/**
 * Computes a shard of a command: its batches, in `OUT.shards/3-of-8.safetensors`. One that is there already, computed with the same settings, is left as it
 * is, unless `force` is set.
 *
 * @throws TweedieError `usage` for work that cannot be computed in shards, `exists` for a shard of other settings
 * @example
 * await computeShard('sample', await openFolder('runs/mine'), { count: 4096 }, { place: 'runs/mine', out: 'samples.npy', shard: { index: 0, count: 8 } })
 * await computeShard('predict', await openFolder('runs/house'), {}, { place: 'runs/house', input: 'new.csv', out: 'answers.csv', shard: { index: 0, count: 8 } })
 */
export async function computeShard(
  command: ShardedCommand,
  opened: Opened,
  options: OptionValues,
  { shard, out, force = false, ...request }: ShardRequest,
): Promise<ComputedShard> {
  refuseWays(options)
  const folder = shardFolder(out)
  await requireShardFolder(folder)
  const file = shardPath(folder, shard)
  const before = await factsOf(command, request, opened, options)
  const known = force ? undefined : await readShard(file)
  if (known) {
    const { data: _, files, ...facts } = known.facts
    const changed = await changedOf(files)
    const [other] = changed === undefined ? differences(asWritten(before), facts) : [`${changed} has changed since`]
    if (other !== undefined) {
      throw new TweedieError('exists', `${file} exists, of other settings: ${other.replace(/others$/, 'it')}`, {
        hint: '`force` writes over it, or name another `out`',
      })
    }
    const items = known.request.items as ComputedShard['items']
    return { folder, file, shard, known: true, items, missing: await missingIn(folder, shard.count) }
  }
  const own = ownShard(shard)
  const [data, files] = [new Set<string>(), new Set<string>()]
  try {
    await works[command](opened, options, {
      ...request,
      out,
      force: true,
      shards: own,
      onData: (each) => data.add(digestOf(each)),
      onFile: (path) => files.add(path),
      onProgress: request.onProgress && ownProgress(own, request.onProgress),
    })
    throw new TweedieError('usage', `${command} of models of ${opened.entry.of} cannot be computed in shards`)
  } catch (error) {
    if (!(error instanceof ShardComputed)) throw error
  }
  const items = own.own ?? { from: 0, to: 0, count: 0 }
  const { others } = splitOptions(options)
  await writeShard(folder, {
    shard,
    facts: { ...before, data: [...data], files: await digestsOf(files) },
    request: { ...others, out, place: request.place, items },
    batches: own.kept,
  })
  return { folder, file, shard, known: false, items, missing: await missingIn(folder, shard.count) }
}

/** What is made on the way is not kept. */
function refuseWays(options: OptionValues): void {
  const [name] = ['trajectory', 'attention', 'encode', 'decode'].filter((each) => options[each] !== undefined)
  if (name !== undefined) throw new TweedieError('usage', `\`${name}\` cannot be computed in shards`)
}

/** The progress of this process's items, where a loop counts all. */
function ownProgress(own: OwnShard, onProgress: NonNullable<Setting['onProgress']>): Setting['onProgress'] {
  return (progress) => {
    const range = own.own
    const { from = 0, to = progress.total } = range ?? {}
    if (range && progress.total === range.count && to > from) {
      return onProgress({ ...progress, done: Math.min(to - from, Math.max(0, progress.done - from)), total: to - from })
    }
    onProgress(progress)
  }
}
