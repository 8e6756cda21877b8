/** Joins the shards of a command into what one process would have made. */
import { TweedieError } from '../../../errors.ts'
import { openOptions } from '../../open-options.ts'
import type { OptionValues } from '../../../options.ts'
import { joinedShards } from '../../../tools/shards/joined.ts'
import { asWritten, differences, revived, type ShardFacts } from '../../../tools/shards/shard-file.ts'
import type { ShardedCommand } from '../../sharded.ts'
import { digestOf } from '../digest.ts'
import { openFolder, type OpenFolderOptions } from '../open-folder.ts'
import { changedOf, factsOf } from './shard-facts.ts'
import { allShards, type NamedShard, readShards } from './shard-folder.ts'
import { type Results, type WorkRequest, works } from './work.ts'

/** Where the result goes, if not where the shards say; and where the model lies now. */
export interface MergeRequest extends Omit<WorkRequest, 'place' | 'input' | 'shards' | 'onData' | 'onFile'> {
  readonly model?: string | undefined
  /** Minutes to wait for shards that are not there yet; default: they are missing. */
  readonly wait?: number | undefined
  /** Cores, and how pictures are laid out: instead of what the shards say. */
  readonly options?: OptionValues | undefined
}

/** The result of one of the commands. */
export type Merged = {
  [Command in ShardedCommand]: {
    readonly command: Command
    readonly result: Results[Command]
    /** The model's folder. */
    readonly place: string
    readonly out: string
    readonly shards: number
  }
}[ShardedCommand]

/**
 * Merges the shards in a folder: the command is run again, with the rows of its batches from the shards. So the result is that of one process, bit for bit.
 *
 * @throws TweedieError `data` where shards are missing, damaged, or of different settings, data, models or versions
 * @example
 * const merged = await mergeShards('samples.npy.shards')
 */
export async function mergeShards(
  folder: string,
  { model, options = {}, wait = 0, ...request }: MergeRequest,
): Promise<Merged> {
  await allShards(folder, wait, request.signal)
  const shards = await readShards(folder)
  const [first] = shards as [NamedShard]
  for (const shard of shards) {
    const [other] = differences(shard.facts, first.facts)
    if (other === undefined) continue
    throw new TweedieError('data', `${folder}: ${shard.name} does not belong to the others: ${other}`, {
      hint: `the others are like ${first.name}; compute this one again, with \`force\``,
    })
  }
  const command = first.facts.command as ShardedCommand
  if (!Object.hasOwn(works, command)) throw new TweedieError('data', `${folder}: shards of ${String(command)}`)
  const { items: _, place: recorded, out: wanted, ...layout } = first.request
  const place = model ?? String(recorded)
  const asked = { ...revived({ ...(first.facts.options as ShardFacts), ...layout }), ...options }
  const opened = await openFolder(place, request.own, {
    ...(pick(asked, openOptions) as OpenFolderOptions),
    onRemark: request.onRemark,
  })
  const { data, files, ...known } = first.facts
  const input = known.input as string | undefined
  const file = await changedOf(files)
  if (file !== undefined) {
    throw new TweedieError('data', `${file}: is not what it was when the shards were computed`, {
      hint: 'the command reads it again: bring it back to its place, or compute the shards again, with `force`',
    })
  }
  const [changed] = differences(asWritten(await factsOf(command, { place, input }, opened, asked)), known)
  if (changed !== undefined) {
    throw new TweedieError(
      'data',
      `${place}: is not what the shards were computed with: ${changed.replace(/others$/, 'them')}`,
    )
  }
  const joined = joinedShards(shards.flatMap(({ batches }) => batches))
  const out = request.out ?? String(wanted)
  const result = await works[command](opened, asked, {
    ...request,
    place,
    input,
    out,
    shards: joined,
    onData(each) {
      if ((data as readonly string[]).includes(digestOf(each))) return
      throw new TweedieError('data', `${each.name}: is not what it was when the shards were computed`)
    },
  })
  const [unused] = joined.unused()
  if (unused !== undefined) throw new TweedieError('data', `${folder}: nothing asks for ${unused}`)
  return { command, result, place, out, shards: shards.length } as Merged
}

function pick(values: OptionValues, table: object): OptionValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(table, name)))
}
