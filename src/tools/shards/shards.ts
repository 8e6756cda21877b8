/**
 * Work that is shared by processes that need not know each other: loops over batches, of which each process computes some, and whose
 * rows are joined afterwards. A loop asks {@link Shards} for the rows of every batch. A process alone computes all of them; one of several
 * computes its own and keeps them; whoever joins them finds all of them there, and goes on as if it had computed them. So what follows the
 * loops exists once, and its results are those of one process, bit for bit.
 */

/** What a batch gives, by name: numbers of its items, the same whoever computes them. */
export type BatchRows = Readonly<Record<string, Float32Array | Float64Array | Int32Array | Uint8Array>>

/** One batch of a loop. */
export interface Batch {
  /** The loop. Loops of one name are told apart by their order. */
  readonly name: string
  /** The number of its first item. */
  readonly first: number
  /** Items of a whole batch; the last may have fewer. */
  readonly size: number
  /** Items of the loop. */
  readonly count: number
  /**
   * Items of an earlier loop, by its name, that this batch is made of. Where a process has not all of them, it computes no such batch; and
   * whoever joins computes those that nobody could.
   */
  readonly from?: { readonly name: string; readonly first: number; readonly count: number } | undefined
}

/** A process's shard of the loops. Left out where there is one process. */
export interface Shards {
  /**
   * The rows of a batch, or undefined where they are another's. Every batch of a loop is asked for, in order.
   *
   * @throws TweedieError `data` where rows are joined and these are missing
   */
  rows<Rows extends BatchRows>(batch: Batch, compute: () => Promise<Rows>): Promise<Rows | undefined>
  /**
   * Called behind the loops, before what needs all rows: a process that has a shard of them ends its work here.
   *
   * @throws ShardComputed
   */
  requireAll(): void
}

/** The end of the work of a process that had a shard of it: no failure. */
export class ShardComputed extends Error {
  override readonly name = 'ShardComputed'

  constructor() {
    super('this process has computed its shard; the rest needs the shards of all')
  }
}

/**
 * The rows of a batch: computed, unless `shards` says otherwise.
 *
 * @example
 * for (let first = 0; first < count; first += size) {
 *   const rows = await rowsOf(shards, { name: 'items', first, size, count }, async () => ({ items: await draw(first) }))
 *   if (rows) items.set(rows.items, first * width)
 * }
 */
export function rowsOf<Rows extends BatchRows>(
  shards: Shards | undefined,
  batch: Batch,
  compute: () => Promise<Rows>,
): Promise<Rows | undefined> {
  return shards ? shards.rows(batch, compute) : compute()
}

/** The same loops, for work that is a part of other work: it does not end behind its own loops. */
export function asPart(shards: Shards | undefined): Shards | undefined {
  return shards && { rows: (batch, compute) => shards.rows(batch, compute), requireAll() {} }
}
