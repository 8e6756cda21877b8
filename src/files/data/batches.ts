/**
 * The order of training: which items are in which batch, as a pure function of (key, step).
 *
 * Position p = step · batchSize + i of the whole run belongs to epoch ⌊p / length⌋, which has a permutation of its own;
 * a batch may reach into the next epoch, so every item comes exactly once an epoch. Nothing depends on earlier calls,
 * so a resumed run sees the same batches, and each rank can make its own slice of a batch.
 */
import { TweedieError } from '../../errors.ts'
import { fold, permutation, uniform, type Key } from '../../engine/random/index.ts'

/**
 * The items of one batch.
 *
 * @param key the key of the run's data order
 * @param datasetLength number of items, at least 1
 * @param batchSize may exceed the number of items
 * @param step 0, 1, …
 */
export function batchIndices(key: Key, datasetLength: number, batchSize: number, step: number): Uint32Array {
  checkPositive('the length of the data set', datasetLength)
  const start = startOf(batchSize, step)
  const indices = new Uint32Array(batchSize)
  for (let i = 0; i < batchSize;) {
    const epoch = Math.floor((start + i) / datasetLength)
    const from = (start + i) % datasetLength
    const count = Math.min(batchSize - i, datasetLength - from)
    indices.set(epochOrder(key, datasetLength, epoch).subarray(from, from + count), i)
    i += count
  }
  return indices
}

/** Which items of a batch are mirrored, each with the given probability: for `loadBatch`'s `flip`. */
export function batchFlips(key: Key, batchSize: number, step: number, probability = 0.5): boolean[] {
  const draws = uniform(fold(key, 'flip'), new Float64Array(batchSize), startOf(batchSize, step))
  return Array.from(draws, (u) => u < probability)
}

/**
 * The permutation of an epoch. The last two are cached per key object, for speed alone: the result is the same without
 * the cache.
 */
function epochOrder(key: Key, length: number, epoch: number): Uint32Array {
  const before = recent.get(key) ?? []
  const known = before.find((each) => each.length === length && each.epoch === epoch)
  if (known) return known.order
  const order = permutation(fold(key, 'epoch', epoch), length)
  recent.set(key, [...before.slice(-1), { length, epoch, order }])
  return order
}

interface EpochOrder {
  readonly length: number
  readonly epoch: number
  readonly order: Uint32Array
}

const recent = new WeakMap<Key, readonly EpochOrder[]>()

function startOf(batchSize: number, step: number): number {
  checkPositive('the batch size', batchSize)
  if (!Number.isSafeInteger(step) || step < 0 || !Number.isSafeInteger((step + 1) * batchSize)) {
    throw new TweedieError('usage', `step ${step}: must be an integer, zero or more`)
  }
  return step * batchSize
}

function checkPositive(what: string, value: number) {
  if (!Number.isInteger(value) || value < 1 || value > 0xffff_ffff) {
    throw new TweedieError('usage', `${what} is ${value}: must be a positive integer`)
  }
}
