/** Lengths, angles, torsions, clashes, and hands of centres and double bonds. */
import { describe, expect, it } from 'vitest'
import { automorphismsOf } from '../../../../src/files/molecules/geometry/automorphisms.ts'
import {
  angle,
  bondAngles,
  bondLengths,
  clashes,
  signedVolume,
  torsion,
} from '../../../../src/files/molecules/geometry/internal.ts'
import {
  type StereoDifference,
  stereoDifference,
  stereoPlaces,
} from '../../../../src/files/molecules/geometry/stereo.ts'
import type { Molecule } from '../../../../src/files/molecules/molecule.ts'
import { only, waterMol } from '../drawn-molecules.ts'

const star = [0, 0, 0, 1, 1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1].map((each) => 0.8 * each)
const mirrored = (x: Float32Array): Float32Array => x.map((each, i) => (i % 3 === 0 ? -each : each))

/** A carbon with four neighbours. */
function centre(numbers: readonly number[]): Molecule {
  return {
    atoms: Uint8Array.of(6, ...numbers),
    bonds: Int32Array.of(0, 1, 1, 0, 2, 1, 0, 3, 1, 0, 4, 1),
    conformers: [Float32Array.from(star)],
  }
}

function difference(molecule: Molecule, x: Float32Array, y: Float32Array): StereoDifference {
  return stereoDifference(stereoPlaces(molecule), automorphismsOf(molecule), x, y)
}

describe('internal coordinates', () => {
  it('are those of the triangle and the staircase', () => {
    const water = only(waterMol)
    const [positions] = water.conformers
    expect(bondLengths(water, positions!)[0]).toBeCloseTo(Math.hypot(0.7572, 0.5865), 5)
    expect(bondAngles(water, positions!).map(([a, b, c]) => [a, b, c])).toEqual([[1, 0, 2]])
    expect(angle(positions!, 1, 0, 2)).toBeCloseTo((2 * Math.atan(0.7572 / 0.5865) * 180) / Math.PI, 3)
    const stairs = (degrees: number): Float32Array => {
      const t = (degrees * Math.PI) / 180
      return Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1, Math.cos(t), Math.sin(t), 1)
    }
    for (const degrees of [-120, -60, 0, 60, 120, 179])
      expect(torsion(stairs(degrees), 0, 1, 2, 3)).toBeCloseTo(degrees, 3)
    expect(signedVolume(Float32Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3), 0, 1, 2, 3)).toBe(6)
  })

  it('count atoms that lie in each other, but not those three bonds apart', () => {
    const chain = (last: readonly number[]): Float32Array =>
      Float32Array.of(0, 0, 0, 1.5, 0, 0, 2, 1.4, 0, 1, 2.4, 0, ...last)
    const molecule = { atoms: Uint8Array.of(6, 6, 6, 6, 6), bonds: Int32Array.of(0, 1, 1, 1, 2, 1, 2, 3, 1, 3, 4, 1) }
    expect(clashes(molecule, chain([0, 1.5, 0])).map(([a, b]) => [a, b])).toEqual([[0, 4]])
    expect(clashes(molecule, chain([-0.4, 3.4, 0]))).toEqual([])
  })
})

describe('stereoDifference', () => {
  it('tells a centre from its mirror image, and not where two neighbours are alike', () => {
    const chiral = centre([9, 17, 35, 1])
    const [x] = chiral.conformers
    expect(difference(chiral, x!, x!)).toEqual({ centres: 0, allCentres: 1, doubleBonds: 0, allDoubleBonds: 0 })
    expect(difference(chiral, mirrored(x!), x!).centres).toBe(1)
    expect(
      difference(
        chiral,
        x!.map((each, i) => (i % 3 === 2 ? 0 : each)),
        x!,
      ).centres,
    ).toBe(1)
    const alike = centre([9, 9, 35, 1])
    expect(difference(alike, mirrored(x!), x!).centres).toBe(0)
    expect(stereoPlaces(centre([9, 17, 1, 1])).centres).toEqual([])
  })

  it('tells a meso compound from the others, and takes it for its own mirror image', () => {
    // C(F)(Cl)H–C(F)(Cl)H: hands of the two centres.
    const atoms = Uint8Array.of(6, 6, 9, 17, 1, 9, 17, 1)
    const bonds = Int32Array.of(0, 1, 1, 0, 2, 1, 0, 3, 1, 0, 4, 1, 1, 5, 1, 1, 6, 1, 1, 7, 1)
    const t = (2 * Math.PI) / 3
    const end = (x: number, sign: number): number[] =>
      [0, 1, 2].flatMap((k) => [x + 0.4 * Math.sign(x), Math.cos(sign * k * t), Math.sin(sign * k * t)])
    const arranged = (a: number, b: number): Float32Array =>
      Float32Array.of(-0.75, 0, 0, 0.75, 0, 0, ...end(-0.75, a), ...end(0.75, b))
    const molecule: Molecule = { atoms, bonds, conformers: [] }
    const meso = arranged(1, 1)
    const handed = arranged(1, -1)
    expect(difference(molecule, mirrored(meso), meso).centres).toBe(0)
    expect(difference(molecule, handed, meso).centres).toBe(1)
    expect(difference(molecule, mirrored(handed), handed).centres).toBe(2)
  })

  it('tells the sides of a double bond', () => {
    const molecule: Molecule = {
      atoms: Uint8Array.of(9, 6, 6, 9, 1, 1),
      bonds: Int32Array.of(0, 1, 1, 1, 2, 2, 2, 3, 1, 1, 4, 1, 2, 5, 1),
      conformers: [],
    }
    const side = (sign: number): Float32Array =>
      Float32Array.of(-1, 1, 0, 0, 0, 0, 1.3, 0, 0, 2.3, sign, 0, -1, -1, 0, 2.3, -sign, 0)
    expect(difference(molecule, side(1), side(1)).doubleBonds).toBe(0)
    expect(difference(molecule, side(-1), side(1))).toMatchObject({ doubleBonds: 1, allDoubleBonds: 1 })
    // Two hydrogens at one end have no sides.
    expect(stereoPlaces({ ...molecule, atoms: Uint8Array.of(9, 6, 6, 1, 1, 1) }).doubleBonds).toEqual([])
  })
})
