/** COV and MAT: by hand, against brute force, and what follows from their definitions. */
import { array, assert, double, integer, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ConformerDistances,
  conformerDistances,
  conformerScore,
  conformerScores,
} from '../../../src/tools/metrics/conformers.ts'

const table = (references: number, generated: number, distances: readonly number[]): ConformerDistances => ({
  references,
  generated,
  distances: Float64Array.from(distances),
  complete: true,
})

const tables = tuple(integer({ min: 1, max: 5 }), integer({ min: 1, max: 6 })).chain(([r, g]) =>
  array(double({ min: 0, max: 2, noNaN: true }), { minLength: r * g, maxLength: r * g }).map((each) =>
    table(r, g, each),
  ),
)

describe('conformerScore', () => {
  it('is what the definition says, by hand', () => {
    const score = conformerScore(table(2, 3, [0.1, 0.9, 2, 0.7, 0.6, 1]), 0.5)
    expect(score.covR).toBe(1 / 2)
    expect(score.matR).toBeCloseTo((0.1 + 0.6) / 2, 12)
    expect(score.covP).toBe(1 / 3)
    expect(score.matP).toBeCloseTo((0.1 + 0.6 + 1) / 3, 12)
  })

  it('counts a distance of exactly the threshold', () => expect(conformerScore(table(1, 1, [0.5]), 0.5).covR).toBe(1))

  it('exchanges recall and precision with the sets, and grows with the threshold', () => {
    assert(
      property(tables, double({ min: 0, max: 2, noNaN: true }), (each, threshold) => {
        const { references, generated, distances } = each
        const turned = table(
          generated,
          references,
          Array.from(
            { length: references * generated },
            (_, i) => distances[(i % references) * generated + Math.floor(i / references)]!,
          ),
        )
        const [score, other] = [conformerScore(each, threshold), conformerScore(turned, threshold)]
        expect([other.covR, other.covP]).toEqual([score.covP, score.covR])
        expect(other.matR).toBeCloseTo(score.matP, 12)
        expect(conformerScore(each, threshold + 0.1).covR).toBeGreaterThanOrEqual(score.covR)
        // Everything lies within the mean or some of it beyond: a coverage of 1 at δ means that the mean is no more than δ.
        if (score.covR === 1) expect(score.matR).toBeLessThanOrEqual(threshold + 1e-12)
        const brute = Array.from({ length: references }, (_, r) =>
          Math.min(...distances.slice(r * generated, (r + 1) * generated)),
        )
        expect(score.covR).toBe(brute.filter((each) => each <= threshold).length / references)
      }),
    )
  })
})

describe('conformerScores', () => {
  it('weighs molecules alike, and counts those for which nothing was made', () => {
    const scores = conformerScores([table(1, 1, [0.1]), table(3, 1, [1, 1, 1]), table(2, 0, [])], 0.5)
    expect(scores.mean.covR).toBeCloseTo(1 / 3, 12)
    expect(scores.mean.matR).toBeCloseTo(0.55, 12)
    expect(scores.median.matR).toBeCloseTo(0.55, 12)
    expect([scores.molecules, scores.empty, scores.median.covR]).toEqual([3, 1, 0])
  })
})

describe('conformerDistances', () => {
  it('is 0 for the references themselves in another order of like atoms, hydrogens aside', () => {
    const molecule = {
      atoms: Uint8Array.of(6, 9, 9, 1, 1),
      bonds: Int32Array.of(0, 1, 1, 0, 2, 1, 0, 3, 1, 0, 4, 1),
      conformers: [Float32Array.of(0, 0, 0, 1, 1, 0.2, -1, 1.3, 0, 0, -1, 1, 0, -1, -1)],
    }
    const renamed = Float32Array.of(0, 0, 0, -1, 1.3, 0, 1, 1, 0.2, 5, 5, 5, 6, 6, 6)
    const { distances, references, generated } = conformerDistances(molecule, [renamed, molecule.conformers[0]!])
    expect([references, generated]).toEqual([1, 2])
    for (const each of distances) expect(each).toBeLessThan(1e-3)
  })
})
