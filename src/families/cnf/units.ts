/** From densities of the network's values to those of the data's, and shades spread over their bins. */
import { type DataScale, itemSize } from '../../files/data/dataset.ts'
import { affineOf } from '../../files/data/normalise.ts'
import { fold, key, uniform } from '../../engine/random/index.ts'

/**
 * What −log p of the network's values lacks to be that of the data's: Σ log scale; for shades, −log of the probability of a bin, so the
 * logarithm of a bin's volume less.
 */
export function stretchOf(scale: DataScale, values: number | null): number {
  const { scale: factors } = affineOf(scale)
  const size = itemSize(scale.shape)
  const stretch = (size / factors.length) * factors.reduce((sum, factor) => sum + Math.log(factor), 0)
  if (values === null) return stretch
  const [low, high] = scale.range
  return stretch - size * Math.log((high - low) / (values - 1))
}

/** Spreads shades over their bins, in place: u − ½ of a bin's width with u ~ U[0, 1), by (seed, item). */
export function dequantise(
  x: Float32Array,
  size: number,
  values: number,
  { seed, first }: { readonly seed: number | bigint | string; readonly first: number },
): void {
  const width = 2 / (values - 1)
  const u = new Float64Array(size)
  for (let at = 0; at < x.length; at += size) {
    uniform(fold(key(seed), 'dequantise', first + at / size), u)
    for (let i = 0; i < size; i++) x[at + i]! += (u[i]! - 0.5) * width
  }
}
