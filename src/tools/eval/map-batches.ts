/** Applies a function of a fixed number of items to any number of them. */
import { throwIfAborted } from '../../interrupted.ts'
import { rowsOf, type Shards } from '../shards/shards.ts'

/** Progress, for a display. */
export type OnProgress = (done: number, total: number) => void

/** Signal and progress of long work. */
export interface Patience {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  /** The batches that are computed here, where several processes share the work; and the loop that made the items. */
  readonly shards?: Shards | undefined
  readonly loop?: string | undefined
}

/**
 * Runs `apply` on batches of exactly `batch` items. A last batch that is not full is filled up with zeros, whose
 * results are dropped.
 *
 * @param items `[count, size]`
 * @param apply its results, by name `[batch, …]`, are copied before the next call
 * @returns by the same names `[count, …]`
 */
export async function mapBatches<Name extends string>(
  items: Float32Array,
  size: number,
  batch: number,
  apply: (x: Float32Array) => Promise<Readonly<Record<Name, Float32Array>>>,
  { signal, onProgress, shards, loop = 'items' }: Patience = {},
): Promise<Record<Name, Float32Array>> {
  const count = items.length / size
  const x = new Float32Array(batch * size)
  const all: Partial<Record<Name, Float32Array>> = {}
  for (let from = 0; from < count; from += batch) {
    throwIfAborted(signal)
    const now = Math.min(batch, count - from)
    const made = { name: loop, first: from, count: now }
    const results = await rowsOf(
      shards,
      { name: 'features', first: from, size: batch, count, from: made },
      async () => {
        x.fill(0, now * size).set(items.subarray(from * size, (from + now) * size))
        return await apply(x)
      },
    )
    for (const name of Object.keys(results ?? {}) as Name[]) {
      const width = results![name].length / batch
      const target = (all[name] ??= new Float32Array(count * width))
      target.set(results![name].subarray(0, now * width), from * width)
    }
    onProgress?.(from + now, count)
  }
  return all as Record<Name, Float32Array>
}
