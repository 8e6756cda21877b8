/**
 * Dequantisation: values that are one of a few shades become numbers, u ~ U[0, 1) within the shade's bin. Then E log p(k + u) is at
 * most log P(k), the probability of the shade: an exact code length. Theis, van den Oord & Bethge, A Note on the Evaluation of
 * Generative Models (2016), section 3.1.
 */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset, DataScale } from '../../files/data/dataset.ts'
import { areBytes } from '../../files/data/normalise.ts'
import { type Key, uniform } from '../../engine/random/index.ts'
import { piecesOf } from '../../files/data/stored-dataset.ts'

/** Images of more shades than this have all that bytes can be. */
const mostCounted = 64

/**
 * How many equally spaced shades images of bytes have: the fewest on whose grid all bytes lie, at most 64, or 256; undefined for other data.
 *
 * @example
 * shadesOf(digits) // 17
 */
export function shadesOf(dataset: ArrayDataset): number | undefined {
  if (!areBytes(dataset)) return undefined
  const present = new Uint8Array(256)
  for (const data of piecesOf(dataset)) for (let i = 0; i < data.length; i++) present[data[i]!] = 1
  const values = [...present.keys()].filter((value) => present[value] === 1)
  for (let n = 2; n <= mostCounted; n++) {
    const onGrid = (value: number): boolean => {
      const exact = (255 * Math.round((value * (n - 1)) / 255)) / (n - 1)
      return value === Math.round(exact) || value === Math.floor(exact)
    }
    if (values.every(onGrid)) return n
  }
  return 256
}

/** The shades to train with: as asked, or counted. @throws TweedieError `usage` for shades of data that are no images */
export function chooseShades(dataset: ArrayDataset, asked: number | undefined): number | null {
  if (asked !== undefined && dataset.kind !== 'image') {
    throw new TweedieError('usage', '`values` is for images: nothing else is known to take a few values only')
  }
  return asked ?? shadesOf(dataset) ?? null
}

/** The width of a shade's bin in the values that a network sees. */
export const binWidth = (shades: number): number => 2 / (shades - 1)

/** Values in [−1, 1] → the centre of the nearest shade plus noise over its bin, in place: a function of the key. */
export function dequantise(x: Float32Array, shades: number, stream: Key): Float32Array {
  const width = binWidth(shades)
  const u = uniform(stream, new Float64Array(x.length))
  for (let i = 0; i < x.length; i++) x[i] = -1 + (shadeOf(x[i]!, shades) + u[i]! - 0.5) * width
  return x
}

/** Numbers of a flow → the centres of the shades in whose bins they lie, in place. */
export function toShades(x: Float32Array, shades: number): Float32Array {
  for (let i = 0; i < x.length; i++) x[i] = -1 + shadeOf(x[i]!, shades) * binWidth(shades)
  return x
}

function shadeOf(value: number, shades: number): number {
  return Math.min(shades - 1, Math.max(0, Math.round((value + 1) / binWidth(shades))))
}

/**
 * What is added to −log p of the network's values, in nats: for shades the logarithm of a bin's volume is taken off, so that it becomes
 * −log P of a picture; else it becomes that of a density in the units of the data.
 *
 * @param dimensions of what the network sees
 */
export function unitsOf(
  { affine, range: [low, high] }: Pick<DataScale, 'affine' | 'range'>,
  shades: number | null,
  dimensions: number,
): number {
  if (shades !== null) return -dimensions * Math.log(binWidth(shades))
  const scales = affine?.scale ?? [high > low ? (high - low) / 2 : 1]
  return (dimensions / scales.length) * scales.reduce((sum, scale) => sum + Math.log(scale), 0)
}
