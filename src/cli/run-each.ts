/** A command on each picture of a folder: watched, and said what came of it. */
import { env } from 'node:process'
import type { EachWork } from '../app/node/each-item.ts'
import { TweedieError } from '../errors.ts'
import type { OwnParts } from '../families/family.ts'
import type { Opened } from '../families/registry.ts'
import type { OptionValues } from '../options.ts'
import { shardOf } from '../tools/shards/shard-of.ts'
import { duration, note, print, printJson, safe } from './common.ts'
import { attended } from './watched.ts'

/** How many failures are named. */
const named = 20

/** Runs it. @throws TweedieError `data` at the end, for a folder some of whose pictures failed */
export async function runEach(
  opened: Opened,
  folder: string,
  values: OptionValues,
  {
    what,
    place,
    own,
    work,
  }: {
    /** For the message when it is stopped: `the restoration`. */
    readonly what: string
    readonly place: string
    readonly own: OwnParts
    readonly work: EachWork
  },
): Promise<void> {
  const { out, force, missing, shard } = values as {
    readonly out?: string
    readonly force?: boolean
    readonly missing?: boolean
    readonly shard?: string
  }
  if (out === undefined) {
    throw new TweedieError('usage', `${folder} is a folder: answers need one, too`, { hint: '`out: answers`' })
  }
  const request = { place, own, out, force, missing, shard: shard === undefined ? undefined : shardOf(shard, env) }
  const { result, seconds } = await attended(what, values, (watch) =>
    work(opened, folder, values, { ...request, ...watch }),
  )
  const { files, done, known, failed, provenance } = result
  if (values.json) {
    const errors = failed.map(({ item, error }) => ({ item, code: error.code, message: error.message }))
    printJson({ out, done, known, failed: errors, files, ...provenance, seconds })
  } else {
    const before = known > 0 ? `, ${known} were there` : ''
    print(`${done} ${done === 1 ? 'picture' : 'pictures'} in ${safe(out)}${before}`)
    for (const { error } of failed.slice(0, named)) note(`not done: ${safe(error.message)}`, values)
    if (failed.length > named) note(`and ${failed.length - named} more`, values)
    note(duration(seconds), values)
  }
  if (failed.length > 0) {
    throw new TweedieError('data', `${failed.length} of ${failed.length + done} pictures could not be used`, {
      hint: '`missing` makes the rest when they are mended',
    })
  }
}
