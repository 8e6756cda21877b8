/** The discrete Fourier transform of squares whose side is a power of two; the same bits on every machine. */
import { TweedieError } from '../../../../errors.ts'
import { cosTurns, sinTurns } from '../../../../engine/random/index.ts'

/** Transforms of complex fields `[n, n]`, in place. */
export interface FourierPlan {
  readonly n: number
  /** Σ f(x) e^{−i k·x}, without a factor; the inverse divides by n². */
  transform(re: Float64Array, im: Float64Array, inverse?: boolean): void
}

/**
 * Cooley and Tukey's algorithm by rows and then by columns.
 *
 * @throws TweedieError `usage` for a side that is no power of two
 */
export function fourierPlan(n: number): FourierPlan {
  const bits = Math.round(Math.log2(n))
  if (!(Number.isInteger(n) && n >= 2 && 2 ** bits === n)) {
    throw new TweedieError('usage', `a grid of ${n}: a power of two`)
  }
  const cos = Float64Array.from({ length: n / 2 }, (_, k) => cosTurns(k / n))
  const sin = Float64Array.from({ length: n / 2 }, (_, k) => sinTurns(k / n))
  const reversed = Int32Array.from({ length: n }, (_, i) => {
    let out = 0
    for (let bit = 0; bit < bits; bit++) if (i & (1 << bit)) out |= 1 << (bits - 1 - bit)
    return out
  })
  const line = (re: Float64Array, im: Float64Array, from: number, step: number, sign: number): void => {
    for (let i = 0; i < n; i++) {
      const j = reversed[i]!
      if (j <= i) continue
      const [a, b] = [from + i * step, from + j * step]
      const [r, m] = [re[a]!, im[a]!]
      re[a] = re[b]!
      im[a] = im[b]!
      re[b] = r
      im[b] = m
    }
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half)
      for (let block = 0; block < n; block += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [c, s] = [cos[k * stride]!, sign * sin[k * stride]!]
          const [a, b] = [from + (block + k) * step, from + (block + k + half) * step]
          const r = c * re[b]! - s * im[b]!
          const m = c * im[b]! + s * re[b]!
          re[b] = re[a]! - r
          im[b] = im[a]! - m
          re[a]! += r
          im[a]! += m
        }
      }
    }
  }
  return {
    n,
    transform(re, im, inverse = false) {
      const sign = inverse ? 1 : -1
      for (let i = 0; i < n; i++) line(re, im, i * n, 1, sign)
      for (let i = 0; i < n; i++) line(re, im, i, n, sign)
      if (!inverse) return
      for (let i = 0; i < n * n; i++) {
        re[i]! /= n * n
        im[i]! /= n * n
      }
    },
  }
}

/** The wave number of place k of n: 0, 1, … n/2 − 1, −n/2, … −1. */
export const waveNumber = (k: number, n: number): number => (k < n / 2 ? k : k - n)
