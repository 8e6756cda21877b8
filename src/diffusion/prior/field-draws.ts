/** Draws from a field law, and its density: exact, without a denoiser. */
import { type Key, fold, normal } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type FieldLaw, meanOfWindow, sumOverSpectrum } from './law.ts'
import { ofSpectrum } from './spectrum.ts'

/**
 * Windows x = m + Σ^½ z with z ~ N(0, I).
 *
 * @param time sine and cosine of the time of day of the first state
 * @returns `[count, T, S]`
 * @example
 * const windows = drawWindows(law, 8, key(1))
 */
export function drawWindows(law: FieldLaw, count: number, stream: Key, time?: ArrayLike<number>): Float64Array {
  const size = law.states * law.size
  const mean = meanOfWindow(law, time)
  const out = new Float64Array(count * size)
  for (let n = 0; n < count; n++) {
    const z = normal(fold(stream, n), new Float64Array(size))
    out.set(
      ofSpectrum(law, z, Math.sqrt).map((value, i) => value + mean[i]!),
      n * size,
    )
  }
  return out
}

/**
 * log N(x; m, Σ) of each window, in nats.
 *
 * @param x `[count, T, S]`
 * @param time sine and cosine of the time of day of the first state, the same for all
 * @throws TweedieError `shape` for no whole number of windows
 */
export function windowLogDensity(law: FieldLaw, x: ArrayLike<number>, time?: ArrayLike<number>): Float64Array {
  const size = law.states * law.size
  const count = x.length / size
  if (!Number.isInteger(count)) {
    throw new TweedieError('shape', `${x.length} numbers are no windows of ${law.states} × ${law.size}`)
  }
  const mean = meanOfWindow(law, time)
  const volume = sumOverSpectrum(law, Math.log) + size * Math.log(2 * Math.PI)
  return Float64Array.from({ length: count }, (_, n) => {
    const z = mean.map((value, i) => x[n * size + i]! - value)
    const solved = ofSpectrum(law, z, (e) => 1 / e)
    return -(volume + solved.reduce((sum, value, i) => sum + value * z[i]!, 0)) / 2
  })
}
