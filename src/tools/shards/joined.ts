/** The shards of all processes as one: loops find the rows of every batch. */
import { TweedieError } from '../../errors.ts'
import { type KeptBatch, loopNames } from './own-shard.ts'
import type { Batch, BatchRows, Shards } from './shards.ts'

/** All shards; `unused` names batches that no loop asked for. */
export interface JoinedShards extends Shards {
  unused(): readonly string[]
}

/**
 * Joins what processes kept.
 *
 * @throws TweedieError `data` where a batch is there twice
 */
export function joinedShards(batches: readonly KeptBatch[]): JoinedShards {
  const rows = new Map<string, KeptBatch>()
  for (const batch of batches) {
    const key = keyOf(batch)
    if (rows.has(key)) throw new TweedieError('data', `${key} is in two shards`)
    rows.set(key, batch)
  }
  const name = loopNames()
  const used = new Set<string>()
  return {
    async rows<Rows extends BatchRows>(batch: Batch, compute: () => Promise<Rows>) {
      const key = keyOf({ ...batch, loop: name(batch) })
      const found = rows.get(key)
      used.add(key)
      if (found) return found.rows as Rows
      if (batch.from) return await compute()
      throw new TweedieError('data', `the shards have no ${key}`, {
        hint: 'they were computed for other settings or data; compute them again',
      })
    },
    requireAll() {},
    unused: () => [...rows.keys()].filter((key) => !used.has(key)),
  }
}

/** `items 64 to 127 of 512, 64 at a time` */
function keyOf({ loop, first, size, count }: Pick<KeptBatch, 'loop' | 'first' | 'size' | 'count'>): string {
  return `${loop} ${first} to ${Math.min(count, first + size) - 1} of ${count}, ${size} at a time`
}
