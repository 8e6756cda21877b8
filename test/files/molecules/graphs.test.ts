/** Rings, aromatic bonds and orders of bonds. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aromatised, kekulised } from '../../../src/files/molecules/aromatic.ts'
import { growBonds } from '../../../src/files/molecules/bond-orders.ts'
import { smallRings } from '../../../src/files/molecules/rings.ts'
import { ring } from './drawn-molecules.ts'

describe('smallRings', () => {
  it('finds the ring, and nothing in a chain', () => {
    expect(smallRings(ring(6)).map((each) => each.toSorted())).toEqual([[0, 1, 2, 3, 4, 5]])
    expect(smallRings(ring(9))).toEqual([])
    expect(smallRings({ atoms: Uint8Array.of(6, 6), bonds: Int32Array.of(0, 1, 1) })).toEqual([])
  })
})

describe('aromatised', () => {
  const four = (bonds: Int32Array): number => [...bonds].filter((order, i) => i % 3 === 2 && order === 4).length

  it('follows the rule of 4n + 2', () => {
    expect(four(aromatised(ring(6)).bonds)).toBe(6)
    expect(four(aromatised(ring(4)).bonds)).toBe(0)
    expect(four(aromatised(ring(8)).bonds)).toBe(0)
    // Pyrrole: four electrons of bonds, two of nitrogen; its anion of carbon alike; the cation has only four.
    const five = ring(5)
    const bonds = Int32Array.from(five.bonds)
    bonds[3 * 4 + 2] = 1
    const pyrrole = { ...five, atoms: Uint8Array.from(five.atoms, (number, i) => (i === 4 ? 7 : number)), bonds }
    expect(four(aromatised(pyrrole).bonds)).toBe(5)
    const charged = (charge: number): Int32Array => Int32Array.from(five.atoms, (_, i) => (i === 4 ? charge : 0))
    expect(four(aromatised({ ...five, bonds, charges: charged(-1) }).bonds)).toBe(5)
    expect(four(aromatised({ ...five, bonds, charges: charged(1) }).bonds)).toBe(0)
  })

  it('sees azulene whole: ten electrons on the rim, the bond across single', () => {
    // Atoms 0 … 9 round the rim, 0–4 the ring of five, 0 and 4 shared.
    const rim = Array.from({ length: 10 }, (_, i) => [i, (i + 1) % 10, i % 2 === 0 ? 2 : 1]).flat()
    const hydrogens = [1, 2, 3, 5, 6, 7, 8, 9].flatMap((atom, i) => [atom, 10 + i, 1])
    const azulene = {
      atoms: Uint8Array.from({ length: 18 }, (_, i) => (i < 10 ? 6 : 1)),
      bonds: Int32Array.from([...rim, 0, 4, 1, ...hydrogens]),
    }
    const { bonds } = aromatised(azulene)
    expect(four(bonds)).toBe(10)
    expect(bonds[3 * 10 + 2]).toBe(1)
    const back = kekulised({ ...azulene, bonds })!
    expect([...back.bonds].filter((order, i) => i % 3 === 2 && order === 2).length).toBe(5)
  })
})

describe('growBonds', () => {
  it('finds a way where there is one', () => {
    // Any growth of the bonds of a random graph says what its atoms lack; a way back exists, and is valid.
    const graph = fc.tuple(
      fc.integer({ min: 2, max: 9 }),
      fc.array(fc.tuple(fc.nat(8), fc.nat(8), fc.nat(2)), { maxLength: 12 }),
    )
    fc.assert(
      fc.property(graph, ([size, drawn]) => {
        const seen = new Set<string>()
        const bonds = drawn.filter(([a, b]) => {
          const id = [a, b].toSorted().join()
          if (a === b || a >= size || b >= size || seen.has(id)) return false
          seen.add(id)
          return true
        })
        const missing = Array.from({ length: size }, () => 0)
        for (const [a, b, grown] of bonds) {
          missing[a]! += grown
          missing[b]! += grown
        }
        const growth = growBonds({ pairs: bonds.map(([a, b]) => [a, b] as const), room: bonds.map(() => 2), missing })!
        expect(growth.every((each) => each >= 0 && each <= 2)).toBe(true)
        const left = [...missing]
        bonds.forEach(([a, b], i) => {
          left[a]! -= growth[i]!
          left[b]! -= growth[i]!
        })
        expect(left.every((each) => each === 0)).toBe(true)
      }),
    )
  })

  it('says where there is none', () => {
    expect(growBonds({ pairs: [[0, 1]], room: [2], missing: [1, 0] })).toBe(undefined)
    expect(growBonds({ pairs: [[0, 1]], room: [2], missing: [3, 3] })).toBe(undefined)
  })
})
