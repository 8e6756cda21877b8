/** A shard of a command: computed, and said what is still missing. */
import { env } from 'node:process'
import { computeShard } from '../app/node/shards/compute-shard.ts'
import type { ShardedCommand } from '../app/sharded.ts'
import { TweedieError } from '../errors.ts'
import type { OwnParts } from '../families/family.ts'
import type { OptionTable, OptionValues } from '../options.ts'
import { shardOf } from '../tools/shards/shard-of.ts'
import { duration, note, print, printJson, safe } from './common.ts'
import { openModel } from './open-model.ts'
import { attended } from './watched.ts'

/** Results beside which shards are kept, as examples. */
const usualOut: Readonly<Record<ShardedCommand, string>> = {
  sample: 'samples.npy',
  restore: 'answers.npy',
  edit: 'pictures.npy',
  predict: 'answers.csv',
  assimilate: 'ensemble.nc',
  eval: 'figures.json',
}

/** What a command asks for. */
export interface Sharded {
  /** The command's own options. */
  readonly general: readonly OptionTable[]
  readonly own: OwnParts
  /** The file that it works on. */
  readonly input?: string | undefined
}

/** Computes a shard and says where it is. */
export async function runShard(
  command: ShardedCommand,
  place: string,
  values: OptionValues,
  { general, own, input }: Sharded,
): Promise<void> {
  const {
    out,
    force,
    shard: asked,
  } = values as { readonly out?: string; readonly force?: boolean; readonly shard: string }
  const shard = shardOf(asked, env)
  if (out === undefined) {
    throw new TweedieError('usage', '`shard` needs `out`: shards are kept beside it', {
      hint: `\`out: ${usualOut[command]}\``,
    })
  }
  const opened = await openModel(command, place, values, general, own)
  const { result, seconds } = await attended('the shard', values, (watch) =>
    computeShard(command, opened, values, { place, input, own, out, force, shard, ...watch }),
  )
  const { file, folder, known, items, missing } = result
  const facts = {
    shard: shard.index + 1,
    of: shard.count,
    file,
    known,
    items,
    missing: missing.map((index) => index + 1),
  }
  if (values.json) return printJson({ ...facts, seconds })
  const some = items.to === items.from ? 'no items' : `items ${items.from} to ${items.to - 1} of ${items.count}`
  print(`shard ${shard.index + 1} of ${shard.count}, ${some}: ${safe(file)}${known ? ', which was there already' : ''}`)
  if (items.to === items.from) {
    const tables = [...general, opened.entry.options[command] ?? {}]
    const more = tables.some((table) => 'batch' in table)
      ? ': a smaller --batch, the same for all, gives every shard some'
      : ''
    note(`there are fewer batches than shards${more}`, values)
  }
  const { length } = missing
  const left = length === 0 ? `all are there: tweedie merge ${safe(folder)}` : `${length} of ${shard.count} are missing`
  note(`${left}, ${duration(seconds)}`, values)
}
