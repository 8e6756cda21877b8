/** Measurements that are no matrix: clipping, quantisation, and the magnitudes of a Fourier transform. */
import { TweedieError } from '../../errors.ts'
import { nonlinearOperator, type Operator } from './operator.ts'
import { planesOf } from './planes.ts'
import { bothSides, matrix, type Matrix, transposed } from './separable.ts'

/**
 * Too bright a picture: y = clip(gain · x, −1, 1). Of clipped values only the side is known.
 *
 * @param gain default 2
 */
export function clipping(from: readonly number[], gain = 2): Operator {
  if (!(gain > 0 && Number.isFinite(gain))) throw new TweedieError('usage', `a gain of ${gain}: above zero`)
  const slope = (x: number): number => (Math.abs(gain * x) < 1 ? gain : 0)
  const along = (x: Float64Array, v: Float64Array): Float64Array => v.map((value, i) => slope(x[i]!) * value)
  return nonlinearOperator({
    name: `clipping at gain ${gain}`,
    from,
    to: from,
    forward: (x) => x.map((value) => Math.min(1, Math.max(-1, gain * value))),
    pushforward: along,
    pullback: along,
  })
}

/**
 * Few shades: x rounded to the nearest of `levels` values from −1 to 1. Its derivative is zero nearly everywhere, so
 * that of the identity is used instead (straight-through, Bengio et al., 2013, https://arxiv.org/abs/1308.3432). {@link
 * quantisationSigma} is the noise that rounding adds.
 */
export function quantisation(from: readonly number[], levels: number): Operator {
  if (!(Number.isInteger(levels) && levels > 1)) throw new TweedieError('usage', `${levels} levels: two or more`)
  const step = 2 / (levels - 1)
  return nonlinearOperator({
    name: `${levels} levels`,
    from,
    to: from,
    forward: (x) => x.map((value) => Math.min(1, Math.max(-1, step * Math.round((value + 1) / step) - 1))),
    pushforward: (_, u) => u,
    pullback: (_, v) => v,
  })
}

/** The standard deviation of an error that is uniform over one step of {@link quantisation}: step/√12. */
export function quantisationSigma(levels: number): number {
  return 2 / (levels - 1) / Math.sqrt(12)
}

/**
 * Phase retrieval: y = |F x|, the magnitudes of the orthonormal Fourier transform of the item within a frame of zeros.
 *
 * @param oversampling how much larger than the item the frame is, in each direction; default 2
 */
export function phaseRetrieval(from: readonly number[], oversampling = 2): Operator {
  const { channels, height, width } = planesOf(from)
  const [rows, columns] = [from.length < 3 ? 1 : oversampling * height, oversampling * width]
  if (!(Number.isInteger(oversampling) && oversampling >= 1)) {
    throw new TweedieError('usage', `oversampling of ${oversampling}: a positive whole number`)
  }
  const [down, across] = [waves(rows, height), waves(columns, width)]
  const transform = (x: ArrayLike<number>): Complex => {
    const product = (l: Matrix, r: Matrix): Float64Array => bothSides(l, x, r, channels)
    return {
      re: subtract(product(down.cos, across.cos), product(down.sin, across.sin)),
      im: add(product(down.cos, across.sin), product(down.sin, across.cos)).map((value) => -value),
    }
  }
  /** Re(Fᴴ z). */
  const back = ({ re, im }: Complex): Float64Array => {
    const product = (l: Matrix, z: Float64Array, r: Matrix): Float64Array =>
      bothSides(transposed(l), z, transposed(r), channels)
    return subtract(
      subtract(product(down.cos, re, across.cos), product(down.sin, re, across.sin)),
      add(product(down.cos, im, across.sin), product(down.sin, im, across.cos)),
    )
  }
  const to = [channels * rows * columns]
  return nonlinearOperator({
    name: 'Fourier magnitudes',
    from,
    to,
    forward: (x) => magnitude(transform(x)),
    /** d|z| = Re(z̄ dz) / |z|. */
    pushforward(x, u) {
      const [z, dz] = [transform(x), transform(u)]
      return magnitude(z).map((r, i) => (r === 0 ? 0 : (z.re[i]! * dz.re[i]! + z.im[i]! * dz.im[i]!) / r))
    },
    pullback(x, v) {
      const z = transform(x)
      const r = magnitude(z)
      const turned = (part: Float64Array): Float64Array => part.map((p, i) => (r[i] === 0 ? 0 : (v[i]! * p) / r[i]!))
      return back({ re: turned(z.re), im: turned(z.im) })
    },
  })
}

interface Complex {
  readonly re: Float64Array
  readonly im: Float64Array
}

/** cos and sin of 2π k i / frame, over √frame: `[frame, size]`. */
function waves(frame: number, size: number): { readonly cos: Matrix; readonly sin: Matrix } {
  const angle = (k: number, i: number): number => (2 * Math.PI * k * i) / frame
  const scale = 1 / Math.sqrt(frame)
  return {
    cos: matrix(frame, size, (k, i) => scale * Math.cos(angle(k, i))),
    sin: matrix(frame, size, (k, i) => scale * Math.sin(angle(k, i))),
  }
}

const magnitude = ({ re, im }: Complex): Float64Array => re.map((value, i) => Math.hypot(value, im[i]!))
const add = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!)
const subtract = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!)
