/**
 * Whether samples are copies of training items. A copy has one item much nearer than all others; a set of copies lies nearer
 * to the training items than other real items do.
 *
 * Yoon et al., Diffusion probabilistic models generalize when they fail to memorize (2023): a sample counts as a copy if it
 * is less than a third as far from its nearest training item as from the second.
 */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { key } from '../../engine/random/index.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { drawItems } from './items.ts'
import type { Patience } from './map-batches.ts'
import { nearestNeighbours } from './nearest.ts'

/** Distances are root mean squares of a value's difference, in the network's units: 2 from black to white. */
export interface Memorisation {
  /** The share of samples that are copies. */
  readonly copies: number
  /** The median distance of a sample to its nearest training item. */
  readonly sampleDistance: number
  /** The same for real items: held-back ones where there are any, else training items and their nearest other one. */
  readonly realDistance: number
  /** `sampleDistance / realDistance`: about 1 for new samples, near 0 for copies. */
  readonly ratio: number
}

/** In fewer dimensions than this, one neighbour is often much nearer than the next by chance: 3⁻ᴰ. */
export const leastDimension = 16

/**
 * Compares samples with all training items.
 *
 * @param options `heldOut`: real items that were not trained on
 */
export async function memorisation(
  samples: ArrayDataset,
  training: ArrayDataset,
  engine: Engine,
  options: { readonly heldOut?: ArrayDataset | undefined } & Pick<SessionOptions, 'device' | 'threads'> & Patience = {},
): Promise<Memorisation> {
  const { heldOut, onProgress, ...rest } = options
  const half = (part: number) => ({
    ...rest,
    onProgress: onProgress && ((done: number, total: number) => onProgress(part * total + done, 2 * total)),
  })
  const unit = 1 / Math.sqrt(itemSize(training.shape))
  const near = await nearestNeighbours(samples, training, 2, engine, half(0))
  const real = drawItems(heldOut ?? training, samples.length, key('memorisation'))
  // A training item is its own nearest neighbour.
  const own = heldOut ? 0 : 1
  const usual = await nearestNeighbours(real, training, 1 + own, engine, half(1))
  const sampleDistance = median(samples.length, (i) => near.distance[2 * i]! * unit)
  const realDistance = median(real.length, (i) => usual.distance[i * (1 + own) + own]! * unit)
  let copies = 0
  for (let i = 0; i < samples.length; i++) if (near.distance[2 * i]! < near.distance[2 * i + 1]! / 3) copies++
  return { copies: copies / samples.length, sampleDistance, realDistance, ratio: sampleDistance / realDistance }
}

function median(count: number, value: (i: number) => number): number {
  const sorted = Float64Array.from({ length: count }, (_, i) => value(i)).sort()
  return (sorted[Math.floor((count - 1) / 2)]! + sorted[Math.ceil((count - 1) / 2)]!) / 2
}
