/**
 * Dynamical systems as simulators. The same seed gives the same trajectory on every machine: the numbers are made by additions, products and
 * portable functions alone.
 */
import { TweedieError } from '../../../../errors.ts'
import { fold, key, type Key, normal } from '../../../../engine/random/index.ts'

/** A system that goes from one state to the next. */
export interface Dynamics {
  readonly name: string
  /** Numbers of a state within the system. */
  readonly size: number
  /** The shape of a state as it is seen: channels, and places. */
  readonly shape: readonly number[]
  /** A state to begin with, `[size]`; the same for the same stream. */
  start(stream: Key): Float64Array
  /** States, `[n, size]`, each to the mean of the next, in place. */
  move(states: Float64Array): void
  /**
   * The noise that is added to that mean: one standard deviation for all numbers, or the lower triangle L, row by row, of a covariance
   * L Lᵀ. 0: none.
   */
  readonly noise: number | Float64Array
  /** What is seen of a state, `[...shape]`; left out: the state itself. */
  observe?(state: Float64Array): Float64Array
}

/** States, `[n, size]`, each to the next, in place: moved, and with noise from the stream, state by state. */
export function advance(
  { size, move, noise }: Pick<Dynamics, 'size' | 'move' | 'noise'>,
  states: Float64Array,
  stream: Key,
): void {
  move(states)
  if (noise === 0) return
  const z = normal(stream, new Float64Array(states.length))
  if (typeof noise === 'number') {
    for (let i = 0; i < states.length; i++) states[i]! += noise * z[i]!
    return
  }
  for (let at = 0; at < states.length; at += size) {
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) states[at + i]! += noise[i * size + j]! * z[at + j]!
  }
}

/** Which trajectory, and how much of it. */
export interface SimulateOptions {
  /** States of the trajectory, 1 or more. */
  readonly length: number
  /** Default 0. */
  readonly seed?: number | string | undefined
  /** States that are made first and thrown away, so that the start is forgotten; default 64. */
  readonly spinUp?: number | undefined
}

/**
 * A trajectory, `[length, ...shape]`: the same for the same seed, and a longer one begins with a shorter one.
 *
 * @throws TweedieError `usage` for a length that is no positive whole number
 * @example
 * const states = simulate(lorenz63(), { length: 65, seed: 1 }) // [65, 3, 1, 1]
 */
export function simulate(dynamics: Dynamics, { length, seed = 0, spinUp = 64 }: SimulateOptions): Float64Array {
  for (const [name, value, least] of [
    ['length', length, 1],
    ['spinUp', spinUp, 0],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new TweedieError('usage', `\`${name}\` is ${value}: a whole number of ${least} or more`)
    }
  }
  return trajectoryOf(dynamics, fold(key(seed), 'trajectory', dynamics.name), length, spinUp)
}

/** The trajectory of a stream. */
export function trajectoryOf(dynamics: Dynamics, stream: Key, length: number, spinUp: number): Float64Array {
  const seen = dynamics.shape.reduce((product, n) => product * n, 1)
  const out = new Float64Array(length * seen)
  const state = dynamics.start(fold(stream, 'start'))
  for (let k = 0; k < spinUp + length; k++) {
    if (k > 0) advance(dynamics, state, fold(stream, 'noise', k))
    if (k >= spinUp) out.set(dynamics.observe?.(state) ?? state, (k - spinUp) * seen)
  }
  return out
}
