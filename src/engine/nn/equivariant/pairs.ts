/** Unordered pairs of atoms, and sums over them as products with constant matrices: no scatter is needed. */
import { constant, matmul, type Tensor } from '../../graph/index.ts'

/** The number of pairs of so many atoms. */
export function pairCount(atoms: number): number {
  return (atoms * (atoms - 1)) / 2
}

/** Calls back for each pair i < j, in order: (0, 1), (0, 2), …, (1, 2), … */
export function forEachPair(atoms: number, each: (i: number, j: number, pair: number) => void): void {
  let pair = 0
  for (let i = 0; i < atoms; i++) for (let j = i + 1; j < atoms; j++) each(i, j, pair++)
}

/** What carries values between atoms `[B, atoms, width]` and pairs `[B, pairs, width]`. */
export interface PairSums {
  /** v_i + v_j. */
  together(atoms: Tensor): Tensor
  /** v_i − v_j. */
  apart(atoms: Tensor): Tensor
  /** At each atom the sum over its pairs. */
  gathered(pairs: Tensor): Tensor
  /** At each atom the sum over its pairs, with the sign minus where it is the second: what {@link apart} is transposed. */
  pushed(pairs: Tensor): Tensor
}

/** The sums of so many atoms. A value of a pair does not depend on its order, so pushes of a pair cancel: they move no centre. */
export function pairSums(atoms: number): PairSums {
  const pairs = pairCount(atoms)
  const [both, signed] = [new Float32Array(pairs * atoms), new Float32Array(pairs * atoms)]
  forEachPair(atoms, (i, j, pair) => {
    both[pair * atoms + i] = both[pair * atoms + j] = 1
    signed[pair * atoms + i] = 1
    signed[pair * atoms + j] = -1
  })
  const [sums, differences] = [constant(both, [pairs, atoms]), constant(signed, [pairs, atoms])]
  return {
    together: (values) => matmul(sums, values),
    apart: (values) => matmul(differences, values),
    gathered: (values) => matmul(sums, values, { transposeA: true }),
    pushed: (values) => matmul(differences, values, { transposeA: true }),
  }
}
