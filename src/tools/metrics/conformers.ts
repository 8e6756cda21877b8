/** How well sets of conformers cover each other: COV and MAT, by recall and by precision. */
import type { Molecule } from '../../files/molecules/molecule.ts'
import { automorphismsOf } from '../../files/molecules/geometry/automorphisms.ts'
import { bestRmsd } from '../../files/molecules/geometry/best-rmsd.ts'

/** Distances of the conformers of one molecule. */
export interface ConformerDistances {
  /** `[references, generated]`, in ångström. */
  readonly distances: Float64Array
  readonly references: number
  readonly generated: number
  /** Whether all symmetries of the molecule were tried; otherwise distances may be too large. */
  readonly complete: boolean
}

/**
 * The symmetric RMSD of heavy atoms of every generated conformer from every reference: none is left out, on either side.
 *
 * @param molecule its graph, and its `conformers` as references
 */
export function conformerDistances(molecule: Molecule, generated: readonly Float32Array[]): ConformerDistances {
  const symmetries = automorphismsOf(molecule)
  const { conformers } = molecule
  const distances = new Float64Array(conformers.length * generated.length)
  conformers.forEach((reference, r) =>
    generated.forEach((each, g) => (distances[r * generated.length + g] = bestRmsd(symmetries, each, reference))),
  )
  return { distances, references: conformers.length, generated: generated.length, complete: symmetries.complete }
}

/** How one molecule's sets cover each other, as shares of 1 and in ångström. */
export interface ConformerScore {
  /** The share of references that have a generated conformer within the threshold. */
  readonly covR: number
  /** The mean distance of a reference from the nearest generated conformer; NaN where there is none. */
  readonly matR: number
  /** The share of generated conformers that have a reference within the threshold. */
  readonly covP: number
  /** The mean distance of a generated conformer from the nearest reference; NaN where there is none. */
  readonly matP: number
}

/**
 * COV and MAT of one molecule (Xu and others, 2021, arXiv 2102.10240; precision after Ganea and others, 2021, arXiv 2106.07802). With references
 * R and generated conformers G,
 *
 * $$\mathrm{COV\text{-}R} = \frac{|\{r : \min_g d(r, g) \le \delta\}|}{|R|}, \qquad \mathrm{MAT\text{-}R} = \frac{1}{|R|} \sum_r \min_g d(r, g),$$
 *
 * and COV-P, MAT-P with R and G exchanged. Where nothing was generated, COV is 0 and MAT is NaN.
 *
 * @param threshold δ in ångström: 0.5 is usual for QM9, 1.25 or 0.75 for larger molecules
 */
export function conformerScore(
  { distances, references, generated }: ConformerDistances,
  threshold: number,
): ConformerScore {
  const rows = new Float64Array(references).fill(Infinity)
  const columns = new Float64Array(generated).fill(Infinity)
  for (let r = 0; r < references; r++) {
    for (let g = 0; g < generated; g++) {
      const distance = distances[r * generated + g]!
      if (distance < rows[r]!) rows[r] = distance
      if (distance < columns[g]!) columns[g] = distance
    }
  }
  const covered = (nearest: Float64Array): number =>
    nearest.length === 0 ? 0 : nearest.filter((each) => each <= threshold).length / nearest.length
  const mean = (nearest: Float64Array): number =>
    nearest.length === 0 || nearest.includes(Infinity)
      ? Number.NaN
      : nearest.reduce((sum, each) => sum + each, 0) / nearest.length
  return { covR: covered(rows), matR: mean(rows), covP: covered(columns), matP: mean(columns) }
}

/** The scores of many molecules. */
export interface ConformerScores {
  readonly mean: ConformerScore
  readonly median: ConformerScore
  readonly molecules: number
  /** Molecules for which nothing was generated: they count in COV as 0, and not in MAT. */
  readonly empty: number
}

/** The mean and the median over molecules, each molecule counting the same. */
export function conformerScores(all: readonly ConformerDistances[], threshold: number): ConformerScores {
  const scores = all.map((each) => conformerScore(each, threshold))
  const over = (by: (values: readonly number[]) => number): ConformerScore => {
    const of = (name: keyof ConformerScore): number =>
      by(scores.map((each) => each[name]).filter((each) => !Number.isNaN(each)))
    return { covR: of('covR'), matR: of('matR'), covP: of('covP'), matP: of('matP') }
  }
  return {
    mean: over((values) => values.reduce((sum, each) => sum + each, 0) / values.length),
    median: over(medianOf),
    molecules: all.length,
    empty: all.filter(({ generated }) => generated === 0).length,
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
