/** Power spectra of fields: how much variance lies at which scale. */
import { TweedieError } from '../../errors.ts'

/** Variance by wave number. */
export interface RadialSpectrum {
  /** Cycles across the shorter side of the field: 0, 1, 2, … */
  readonly waveNumbers: readonly number[]
  /** The variance in each ring; they add up to the mean square of the field. */
  readonly power: readonly number[]
}

/**
 * The radial power spectrum of fields `[n, rows, columns]`, a mean over the n: |X_k|²/N² of the discrete Fourier transform, added up over
 * rings of wave numbers, rounded. By Parseval's theorem all rings together are the mean square.
 *
 * @throws TweedieError `shape` where the values are no whole fields
 */
export function radialSpectrum(values: ArrayLike<number>, [rows, columns]: readonly [number, number]): RadialSpectrum {
  const size = rows * columns
  const count = values.length / size
  if (!(Number.isInteger(count) && count > 0)) {
    throw new TweedieError('shape', `${values.length} values are no whole number of fields of ${rows} × ${columns}`)
  }
  const side = Math.min(rows, columns)
  const power: number[] = []
  const [down, across] = [waves(rows), waves(columns)]
  for (let n = 0; n < count; n++) {
    const { real, imaginary } = transform(values, n * size, rows, columns, down, across)
    for (let k = 0; k < rows; k++) {
      for (let l = 0; l < columns; l++) {
        const [fy, fx] = [Math.min(k, rows - k) / rows, Math.min(l, columns - l) / columns]
        const ring = Math.round(side * Math.hypot(fy, fx))
        const i = k * columns + l
        power[ring] = (power[ring] ?? 0) + (real[i]! ** 2 + imaginary[i]! ** 2) / (size * size * count)
      }
    }
  }
  const filled = Array.from(power, (value) => value ?? 0)
  return { waveNumbers: filled.map((_, k) => k), power: filled }
}

/** cos and sin of 2π j/n. */
function waves(n: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  const cos = Float64Array.from({ length: n }, (_, j) => Math.cos((2 * Math.PI * j) / n))
  return { cos, sin: Float64Array.from({ length: n }, (_, j) => Math.sin((2 * Math.PI * j) / n)) }
}

/** The transform of one field, rows first: any sizes, n (rows + columns) products. */
function transform(
  values: ArrayLike<number>,
  from: number,
  rows: number,
  columns: number,
  down: ReturnType<typeof waves>,
  across: ReturnType<typeof waves>,
) {
  const size = rows * columns
  const [a, b] = [new Float64Array(size), new Float64Array(size)]
  for (let y = 0; y < rows; y++) {
    for (let l = 0; l < columns; l++) {
      let [re, im] = [0, 0]
      for (let x = 0; x < columns; x++) {
        const value = values[from + y * columns + x]!
        const at = (l * x) % columns
        re += value * across.cos[at]!
        im -= value * across.sin[at]!
      }
      a[y * columns + l] = re
      b[y * columns + l] = im
    }
  }
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)]
  for (let l = 0; l < columns; l++) {
    for (let k = 0; k < rows; k++) {
      let [re, im] = [0, 0]
      for (let y = 0; y < rows; y++) {
        const at = (k * y) % rows
        const [c, s] = [down.cos[at]!, down.sin[at]!]
        const i = y * columns + l
        re += a[i]! * c + b[i]! * s
        im += b[i]! * c - a[i]! * s
      }
      real[k * columns + l] = re
      imaginary[k * columns + l] = im
    }
  }
  return { real, imaginary }
}
