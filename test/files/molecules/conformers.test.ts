/** Conformers by openchemlib: geometry, hands, and the same for the same seed. */
import { describe, expect, it } from 'vitest'
import { conformersOf } from '../../../src/files/molecules/conformers.ts'
import { automorphismsOf, matchOf } from '../../../src/files/molecules/geometry/automorphisms.ts'
import { bondLengths, clashes } from '../../../src/files/molecules/geometry/internal.ts'
import { stereoDifference, stereoPlaces } from '../../../src/files/molecules/geometry/stereo.ts'

describe('conformersOf', () => {
  it('makes plausible conformers of the hand that the SMILES says, the same for the same seed', async () => {
    const molecule = await conformersOf('C#CC#C[C@@H](CC)CO', { count: 3, seed: 5 })
    expect(molecule.conformers.length).toBe(3)
    expect(molecule.energies!.every(Number.isFinite)).toBe(true)
    for (const each of molecule.conformers) {
      for (const length of bondLengths(molecule, each)) expect(length > 0.9 && length < 1.6).toBe(true)
      expect(clashes(molecule, each)).toEqual([])
    }
    const mirror = await conformersOf('C#CC#C[C@H](CC)CO', { count: 1, seed: 5 })
    const [places, symmetries] = [stereoPlaces(molecule), automorphismsOf(molecule)]
    const [first, second] = molecule.conformers
    expect(stereoDifference(places, symmetries, second!, first!).centres).toBe(0)
    expect(stereoDifference(places, symmetries, mirror.conformers[0]!, first!).centres).toBe(1)
    const again = await conformersOf('C#CC#C[C@@H](CC)CO', { count: 1, seed: 5 })
    expect(again.conformers[0]).toEqual(first)
  })

  it('refuses what is no SMILES', async () => {
    await expect(conformersOf('C1CC')).rejects.toMatchObject({ code: 'data' })
    await expect(conformersOf('CC', { count: 0 })).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('matchOf', () => {
  it('finds the same molecule in another order, and no other', async () => {
    const [a, b, c] = await Promise.all(
      ['CCO', 'OCC', 'COC'].map((smiles) => conformersOf(smiles, { count: 1, minimise: false })),
    )
    expect([...matchOf(a!, b!)!.subarray(0, 3)]).toEqual([2, 1, 0])
    expect(matchOf(a!, c!)).toBe(undefined)
  })
})
