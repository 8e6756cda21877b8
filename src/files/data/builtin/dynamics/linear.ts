/** Linear systems with Gaussian noise, whose trajectories are Gaussian and whose smoothing is exact. */
import { TweedieError } from '../../../../errors.ts'
import { fold, normal } from '../../../../engine/random/index.ts'
import type { Dynamics } from './dynamics.ts'

/** x_{k+1} = A x_k + L z. */
export interface LinearOptions {
  readonly name?: string | undefined
  /** A, row by row, `[d, d]`. */
  readonly transition: ArrayLike<number>
  /** L, the lower triangle of the noise's covariance L Lᵀ, row by row. */
  readonly root: ArrayLike<number>
}

/**
 * x_{k+1} = A x_k + L z with standard normal z. It begins at 0: `spinUp` lets it become stationary.
 *
 * @throws TweedieError `shape` for matrices that are not square or not of one size
 * @example
 * const turning = linearDynamics({ transition: [0.9, -0.4, 0.4, 0.9], root: [0.1, 0, 0, 0.1] })
 */
export function linearDynamics({ name = 'linear', transition, root }: LinearOptions): Dynamics {
  const size = Math.sqrt(transition.length)
  if (!(Number.isInteger(size) && size > 0 && root.length === transition.length)) {
    throw new TweedieError('shape', `matrices of ${transition.length} and ${root.length} numbers: both are [d, d]`)
  }
  const next = new Float64Array(size)
  return Object.freeze({
    name,
    size,
    shape: [size, 1, 1],
    noise: Float64Array.from(root),
    start: () => new Float64Array(size),
    move(states: Float64Array): void {
      for (let at = 0; at < states.length; at += size) {
        for (let i = 0; i < size; i++) {
          next[i] = 0
          for (let j = 0; j < size; j++) next[i]! += transition[i * size + j]! * states[at + j]!
        }
        states.set(next, at)
      }
    },
  })
}

/**
 * The chain of one number, x_{k+1} = ρ x_k + √(1 − ρ²) z, stationary from the start: Cov[x_i, x_j] = ρ^|i − j|.
 *
 * @param rho between −1 and 1; default 0.9
 */
export function ar1(rho = 0.9): Dynamics & { readonly noise: number } {
  if (!(Math.abs(rho) < 1)) throw new TweedieError('usage', `ar1: ρ is ${rho}: between −1 and 1`)
  return Object.freeze({
    name: 'ar1',
    size: 1,
    shape: [1, 1, 1],
    noise: Math.sqrt(1 - rho ** 2),
    start: (stream) => normal(fold(stream, 'ar1'), new Float64Array(1)),
    move(states: Float64Array): void {
      for (let i = 0; i < states.length; i++) states[i]! *= rho
    },
  } satisfies Dynamics)
}
