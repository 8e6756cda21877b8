/** The nearest items of a data set, by brute force: |x − y|² = |x|² + |y|² − 2 xᵀy, the products by the engine. */
import { throwIfAborted } from '../../interrupted.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { input, matmul } from '../../engine/graph/index.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { allItems } from './items.ts'
import type { Patience } from './map-batches.ts'

/** The k nearest items of each query, nearest first. */
export interface Neighbours {
  readonly k: number
  /** `[queries, k]`: their places in the data set, −1 where it has fewer than k. */
  readonly index: Int32Array
  /** `[queries, k]`: Euclidean distances, infinite where there is none. */
  readonly distance: Float64Array
}

/**
 * Finds neighbours among all items of a data set.
 *
 * @param queries items of the same shape, as a network sees them
 */
export async function nearestNeighbours(
  queries: ArrayDataset,
  dataset: ArrayDataset,
  k: number,
  engine: Engine,
  { signal, onProgress, ...session }: Pick<SessionOptions, 'device' | 'threads'> & Patience = {},
): Promise<Neighbours> {
  const size = itemSize(dataset.shape)
  // Some 16 MB at a time, whatever the size of an item.
  const chunk = Math.max(1, Math.min(dataset.length, 1024, Math.floor(4e6 / size)))
  const rows = allItems(queries)
  const index = new Int32Array(queries.length * k).fill(-1)
  const distance = new Float64Array(queries.length * k).fill(Infinity)
  const x = input('x', [queries.length, size])
  using program = await compile(
    { products: matmul(x, input('y', [chunk, size]), { transposeB: true }) },
    engine,
    session,
  )
  const y = new Float32Array(chunk * size)
  const products = new Float32Array(queries.length * chunk)
  using bound = program.bind({ x: rows, y }, { products })
  const queryNorms = squaredNorms(rows, size)
  for (let from = 0; from < dataset.length; from += chunk) {
    throwIfAborted(signal)
    const count = Math.min(chunk, dataset.length - from)
    loadBatch(
      dataset,
      Array.from({ length: count }, (_, j) => from + j),
      y.subarray(0, count * size),
    )
    await bound.run()
    const norms = squaredNorms(y.subarray(0, count * size), size)
    for (let i = 0; i < queries.length; i++) {
      for (let j = 0; j < count; j++) {
        const rough = queryNorms[i]! + norms[j]! - 2 * products[i * chunk + j]!
        // What cancellation may have lost is smaller than this; whatever comes near the k nearest is computed exactly.
        const slack = 1e-4 * (queryNorms[i]! + norms[j]!)
        if (rough - slack > distance[i * k + k - 1]!) continue
        insert(index, distance, i * k, k, from + j, exact(rows, i, y, j, size))
      }
    }
    onProgress?.(from + count, dataset.length)
  }
  return { k, index, distance: distance.map(Math.sqrt) }
}

function insert(index: Int32Array, distance: Float64Array, start: number, k: number, item: number, value: number) {
  if (value >= distance[start + k - 1]!) return
  let at = start + k - 1
  for (; at > start && distance[at - 1]! > value; at--) {
    distance[at] = distance[at - 1]!
    index[at] = index[at - 1]!
  }
  distance[at] = value
  index[at] = item
}

function exact(x: Float32Array, i: number, y: Float32Array, j: number, size: number): number {
  let sum = 0
  for (let at = 0; at < size; at++) sum += (x[i * size + at]! - y[j * size + at]!) ** 2
  return sum
}

function squaredNorms(rows: Float32Array, size: number): Float64Array {
  const norms = new Float64Array(rows.length / size)
  rows.forEach((value, at) => (norms[Math.floor(at / size)]! += value * value))
  return norms
}
