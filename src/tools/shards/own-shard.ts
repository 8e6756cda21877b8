/** One process's shard of loops: it computes some of their batches, and keeps the rows. */
import { type Batch, type BatchRows, ShardComputed, type Shards } from './shards.ts'

/** Which shard: `index` from 0 on, of `count`. */
export interface ShardOf {
  readonly index: number
  readonly count: number
}

/** A batch with its rows. */
export interface KeptBatch {
  /** The loop, told apart from others of its name: `items`, `items 2`. */
  readonly loop: string
  readonly first: number
  readonly size: number
  readonly count: number
  readonly rows: BatchRows
}

/** A shard, and what it has computed. */
export interface OwnShard extends Shards {
  readonly kept: readonly KeptBatch[]
  /** How many loops there were. */
  readonly loops: number
  /** The items of the first loop that are its own: `[from, to)`. */
  readonly own: { readonly from: number; readonly to: number; readonly count: number } | undefined
}

/**
 * The shard of one process. Of a loop of B batches, batch b belongs to shard `⌊b n / B⌋` of n: each has a stretch of whole batches, so that every
 * batch is what it is in one process, also where arithmetic depends on a batch's size. Where there are fewer batches than shards, some
 * have nothing to do.
 */
export function ownShard(shard: ShardOf): OwnShard {
  const kept: KeptBatch[] = []
  const name = loopNames()
  const ranges = new Map<string, { from: number; to: number; count: number }>()
  /** The items of each loop whose rows are here, `[from, to)`. */
  const computed = new Map<string, { from: number; to: number }>()
  return {
    kept,
    get loops() {
      return ranges.size
    },
    get own() {
      return ranges.values().next().value
    },
    async rows<Rows extends BatchRows>(batch: Batch, compute: () => Promise<Rows>) {
      const { first, size, count, from } = batch
      const loop = name(batch)
      const [low, high] = ownItems(shard, size, count)
      if (first === 0) ranges.set(loop, { from: low, to: high, count })
      if (from) {
        const known = computed.get(from.name)
        if (!known || from.first < known.from || from.first + from.count > known.to) return undefined
      } else if (first < low || first >= high) return undefined
      const rows = await compute()
      // what computes them may use its arrays again
      const to = Math.min(count, first + size)
      computed.set(loop, { from: computed.get(loop)?.from ?? first, to })
      kept.push({ loop, first, size, count, rows: mapRows(rows) })
      return rows
    },
    requireAll() {
      throw new ShardComputed()
    },
  }
}

/** The items `[from, to)` of a shard, in whole batches. */
export function ownItems({ index, count: n }: ShardOf, size: number, count: number): readonly [number, number] {
  const batches = Math.ceil(count / size)
  // the least b with ⌊b n / batches⌋ ≥ index
  const begin = (i: number): number => Math.min(count, Math.ceil((i * batches) / n) * size)
  return [begin(index), begin(index + 1)]
}

/** Names loops of one name by their order: a loop begins with its item 0. */
export function loopNames(): (batch: Pick<Batch, 'name' | 'first'>) => string {
  const begun = new Map<string, number>()
  return ({ name, first }) => {
    const times = (begun.get(name) ?? 0) + Number(first === 0)
    begun.set(name, times)
    return times > 1 ? `${name} ${times}` : name
  }
}

const mapRows = (rows: BatchRows): BatchRows =>
  Object.fromEntries(Object.entries(rows).map(([name, values]) => [name, values.slice()]))
