/** XYZ: frames, perceived bonds, what is left out, broken files. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isXyz, parseXyz, writeXyz } from '../../../src/files/molecules/xyz.ts'
import { nitromethaneMol, only, ring, waterMol } from './drawn-molecules.ts'

const orders = (bonds: Int32Array): number[] => [...bonds].filter((_, i) => i % 3 === 2)

describe('parseXyz', () => {
  it('reads frames, names and energies', () => {
    const text =
      '3\nwater of a well energy=-76.4 "quoted"\nO 0 0 0.1173 0.1\nH 0 0.7572 -0.4692\n1 0 -0.7572 -0.4692\n\n'
    const { records, leftOut, remarks } = parseXyz(text + text)
    expect([records.length, leftOut]).toEqual([2, []])
    expect(remarks).toEqual(['the format has no bonds: they were perceived from distances and valences'])
    const [{ molecule, fields }] = records as [(typeof records)[0]]
    expect([molecule.name, fields]).toEqual(['water of a well "quoted"', { energy: '-76.4' }])
    expect([[...molecule.atoms], [...molecule.bonds]]).toEqual([
      [8, 1, 1],
      [0, 1, 1, 0, 2, 1],
    ])
  })

  it('finds double, triple and aromatic bonds, and pairs of charges', () => {
    const perceived = (text: string): ReturnType<typeof only> => parseXyz(text).records[0]!.molecule
    expect(orders(perceived(writeXyz([ring(6)])).bonds).filter((order) => order === 4).length).toBe(6)
    expect(
      orders(perceived(writeXyz([ring(8)])).bonds)
        .toSorted()
        .join(''),
    ).toBe('1111111111112222')
    const nitro = perceived(writeXyz([only(nitromethaneMol)]))
    expect([...nitro.charges!].toSorted()).toEqual([-1, 0, 0, 0, 0, 0, 1])
    const acetonitrile =
      '6\n\nC 0 0 0\nC 1.46 0 0\nN 2.62 0 0\nH -0.36 1.02 0\nH -0.36 -0.51 0.88\nH -0.36 -0.51 -0.88\n'
    expect(orders(perceived(acetonitrile).bonds).toSorted()).toEqual([1, 1, 1, 1, 3])
  })

  it('says what is no molecule', () => {
    const reason = (text: string): string | undefined => parseXyz(text).leftOut[0]?.reason
    const atoms = 'O 0 0 0.1173\nH 0 0.7572 -0.4692\nH 0 -0.7572 -0.4692\n'
    expect(reason(`3\nLattice="9 0 0 0 9 0 0 0 9"\n${atoms}`)).toBe('it is periodic, a crystal')
    expect(reason('2\n\nO 0 0 0\nO 0 0 0.1\n')).toBe('atoms 1 and 2 (O, O) are 0.10 Å apart: too near')
    expect(reason('2\n\nO 0 0 0\nO 0 0 5\n')).toBe('2 fragments: by their distances, its atoms are not one molecule')
    expect(reason(`2\n\n${atoms.split('\n').slice(0, 2).join('\n')}`)).toMatch(/^its bonds do not come out/)
    expect(reason(`4\n\n${atoms}`)).toBe('cut off after 3 of 4 atoms')
    expect(reason('1\n\nXx 0 0 0')).toBe('atom 1 is "Xx", which is no element')
    expect(reason('here\n')).toBe('a number of atoms should be here, not "here"; the rest of the file is not read')
  })

  it('knows its own from clouds of points of the same ending', () => {
    expect(isXyz(writeXyz([only(waterMol)]))).toBe(true)
    expect(isXyz('0.5 1 2\n1 2 3\n4 5 6\n')).toBe(false)
    expect(isXyz('3\npoints\n0 1 2\n')).toBe(false)
  })

  it('takes any text: it names what is broken, and never fails otherwise', () => {
    const whole = writeXyz([only(waterMol), only(nitromethaneMol)])
    const damaged = fc.oneof(
      fc.nat(whole.length).map((at) => whole.slice(0, at)),
      fc
        .tuple(fc.nat(whole.length), fc.string())
        .map(([at, text]) => whole.slice(0, at) + text + whole.slice(at + text.length)),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(damaged, (text) => void parseXyz(text)),
      { numRuns: 300 },
    )
  })
})
