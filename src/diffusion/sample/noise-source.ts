/** Where a sampler's noise comes from: a stream of its own for each item, so that no item depends on its batch. */
import { TweedieError } from '../../errors.ts'
import { type FloatArray, type Key, fold, key, normal } from '../../engine/random/index.ts'

/**
 * Fills `out`, `[batch, ...shape]`, with standard normal noise. The same (step, draw) gives the same noise.
 *
 * @param step the step that asks, or −1 for the initial state
 * @param draw the number of the draw within the step
 */
export type NoiseSource = (out: FloatArray, step: number, draw: number) => void

/** Which stream each item of the batch reads. */
export interface RandomNoiseOptions {
  /** The seed of the whole run; item i reads the stream (seed, i). Default 0. */
  readonly seed?: number | bigint | string
  /** The number of the batch's first item within the run, when a run is split into batches; default 0. */
  readonly firstItem?: number
  /** A seed for each item instead: item i of the batch gets what item 0 of a run with seed `seeds[i]` gets. */
  readonly seeds?: readonly (number | bigint | string)[]
  /** What each item of the batch gets, if the batch is put together of several runs: see {@link ItemStream}. */
  readonly streams?: readonly ItemStream[]
}

/** An item of a run: it gets what item `item` of a run with that seed gets. */
export interface ItemStream {
  readonly seed: number | bigint | string
  readonly item: number
}

/**
 * Noise keyed by (seed, item, step, draw): the same sample whatever the batch size, the split into batches or the device.
 *
 * @param size the number of elements in an item
 */
export function randomNoise(size: number, options: RandomNoiseOptions = {}): NoiseSource {
  return keyedByItem(normal, size, options)
}

/** Random numbers of any law, keyed by (seed, item, step, draw) as those of {@link randomNoise} are. */
export function keyedByItem<Out extends FloatArray>(
  fill: (key: Key, out: Out) => unknown,
  size: number,
  { seed = 0, firstItem = 0, seeds, streams }: RandomNoiseOptions = {},
): (out: Out, step: number, draw: number) => void {
  const keys: Key[] = []
  const keyOf = (item: number): Key => {
    const stream = streams?.[item]
    if (stream) return fold(key(stream.seed), 'sample', stream.item)
    if (!seeds && !streams) return fold(key(seed), 'sample', firstItem + item)
    if (seeds && item < seeds.length) return fold(key(seeds[item]!), 'sample', 0)
    const given = (streams ?? seeds)!.length
    throw new TweedieError('usage', `${given} seeds for a batch of more: give one seed per item`)
  }
  return (out, step, draw) => {
    for (let item = 0; item * size < out.length; item++) {
      const own = (keys[item] ??= keyOf(item))
      fill(fold(own, step, draw), out.subarray(item * size, (item + 1) * size) as Out)
    }
  }
}

/** No noise at all: the mean path of a stochastic sampler. */
export const noNoise: NoiseSource = (out) => void out.fill(0)
