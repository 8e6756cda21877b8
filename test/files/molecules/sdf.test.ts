/** SDF and molfiles: both versions, several records, what is left out, round trips, and broken files. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseMolecules } from '../../../src/files/molecules/choose.ts'
import { parseSdf } from '../../../src/files/molecules/sdf.ts'
import { writeSdf } from '../../../src/files/molecules/write-sdf.ts'
import { nitromethaneMol, only, ring, waterMol } from './drawn-molecules.ts'

describe('parseSdf', () => {
  it('reads V2000', () => {
    const { name, atoms, bonds, conformers } = only(waterMol)
    expect([name, [...atoms], [...bonds]]).toEqual(['water', [8, 1, 1], [0, 1, 1, 0, 2, 1]])
    expect(conformers[0]![4]).toBeCloseTo(0.7572, 6)
  })

  it('reads V3000, with atoms by their own numbers and lines that go on', () => {
    const { atoms, bonds, charges, conformers } = only(nitromethaneMol)
    expect([...atoms]).toEqual([6, 7, 8, 8, 1, 1, 1])
    expect(Array.from(bonds.subarray(0, 9))).toEqual([0, 1, 1, 1, 2, 2, 1, 3, 1])
    expect([...charges!]).toEqual([0, 1, 0, -1, 0, 0, 0])
    expect(Array.from(conformers[0]!.subarray(9, 12), (each) => Number(each.toFixed(3)))).toEqual([0.8, -1.08, 0])
  })

  it('reads fields, and charges of columns and of lines', () => {
    const text = waterMol.replace('-0.4692 H   0  0', '-0.4692 H   0  3').replace('M  END', 'M  CHG  1   1  -1\nM  END')
    const file = parseSdf(`${text}> 1 <energy>\n-3.5\n\n>  <two lines>\na\nb\n\n$$$$\n`)
    expect(file.records[0]!.fields).toEqual({ energy: '-3.5', 'two lines': 'a\nb' })
    // The lines replace the columns.
    expect([...file.records[0]!.molecule.charges!]).toEqual([-1, 0, 0])
  })

  it('leaves out records that are broken, and says which and why', () => {
    const cut = waterMol.split('\n').slice(0, 6).join('\n') + '\n'
    const star = waterMol.replace(' H   0', ' R#  0')
    const far = waterMol.replace('  1  3  1  0', '  1  9  1  0')
    const words = waterMol.replace('    0.7572', '    zero  ')
    const radical = waterMol.replace('M  END', 'M  RAD  1   1   2\nM  END')
    const { records, leftOut } = parseSdf([waterMol, cut, star, far, words, radical].join('$$$$\n'))
    expect(records.length).toBe(1)
    expect(leftOut.map(({ record, reason }) => `${record}: ${reason}`)).toEqual([
      'molecule 2 (water): cut off after 2 of 3 atoms',
      'molecule 3 (water): atom 2 is "R#", which is no element',
      'molecule 4 (water): there is no bond 1–9 of type 1 among 3 atoms',
      'molecule 5 (water): atom 2: a coordinate is "zero"',
      'molecule 6 (water): a radical: atom 1 has a single electron',
    ])
  })

  it('takes drawings for drawings, and flat molecules for molecules', () => {
    const flat = writeSdf([ring(6)]).replace('3D', '  ')
    expect(parseSdf(flat).records[0]!.molecule.conformers.length).toBe(1)
    const drawn = flat.replaceAll(/^ +(-?\d+\.\d+) +(-?\d+\.\d+)/gm, (_, x: string, y: string) =>
      [x, y].map((each) => (1.7 * Number(each)).toFixed(4).padStart(10)).join(''),
    )
    const { records, remarks } = parseSdf(drawn)
    expect(records[0]!.molecule.conformers.length).toBe(0)
    expect(remarks).toEqual(['1 of 1 records are drawings in the plane: they have no conformers'])
  })

  it('writes what it reads', () => {
    const conformer = fc.array(fc.float({ min: -99, max: 99, noNaN: true }), { minLength: 36, maxLength: 36 })
    fc.assert(
      fc.property(
        fc.array(conformer, { minLength: 1, maxLength: 3 }),
        fc.float({ noNaN: true, min: -9, max: 9 }),
        (places, energy) => {
          const molecule = {
            ...ring(6),
            conformers: places.map((each) => Float32Array.from(each)),
            energies: Float64Array.from(places, (_, k) => energy + k),
          }
          const { molecules } = chooseMolecules(parseSdf(writeSdf([molecule])))
          expect(molecules.length).toBe(1)
          const [read] = molecules
          expect(read!.conformers.length).toBe(places.length)
          read!.conformers.forEach((each, k) =>
            each.forEach((value, i) => expect(Math.abs(value - molecule.conformers[k]![i]!)).toBeLessThan(1e-4)),
          )
          expect([...read!.energies!]).toEqual([...molecule.energies])
          expect([...read!.bonds].filter((_, i) => i % 3 === 2)).toEqual([4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1])
        },
      ),
      { numRuns: 20 },
    )
  })

  it('takes any text: it names what is broken, and never fails otherwise', () => {
    const whole = waterMol + '$$$$\n' + nitromethaneMol
    const damaged = fc.oneof(
      fc.nat(whole.length).map((at) => whole.slice(0, at)),
      fc
        .tuple(fc.nat(whole.length), fc.string())
        .map(([at, text]) => whole.slice(0, at) + text + whole.slice(at + text.length)),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(damaged, (text) => {
        const { records, leftOut } = parseSdf(text)
        for (const { molecule } of records) {
          expect(molecule.conformers.every((each) => each.length === 3 * molecule.atoms.length)).toBe(true)
        }
        expect(records.length + leftOut.length).toBeGreaterThanOrEqual(
          Number(text.trim() !== '' && text.trim() !== '$$$$' && records.length > 0),
        )
        chooseMolecules({ records, leftOut, remarks: [] })
      }),
      { numRuns: 300 },
    )
  })
})

describe('chooseMolecules', () => {
  const reasonOf = (text: string): string | undefined => chooseMolecules(parseSdf(text)).leftOut[0]?.reason
  const twoWaters = waterMol.replace('  1  3  1  0\n', '').replace('  3  2', '  3  1')

  it('leaves out what is no whole molecule', () => {
    expect(reasonOf(twoWaters)).toBe('2 fragments, such as a salt: one molecule a record')
    expect(reasonOf(waterMol.replace('  1  3  1', '  1  3  2'))).toBe(
      'atom 1 (O) has 3 bonds, at most 2 with its charge',
    )
    const methyl = writeSdf([
      {
        ...ring(6),
        atoms: Uint8Array.of(6, 1, 1, 1),
        bonds: Int32Array.of(0, 1, 1, 0, 2, 1, 0, 3, 1),
        conformers: [Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1)],
      },
    ])
    expect(reasonOf(methyl)).toBe('a radical, or a missing hydrogen: atom 1 (C) has 3 bonds')
  })

  it('joins conformers of one molecule, and no others', () => {
    const named = (name: string): string => `${waterMol.replace('water', name)}$$$$\n`
    const { molecules } = chooseMolecules(parseSdf([named('a'), named('b'), named('a')].join('')))
    expect(molecules.map(({ name, conformers }) => [name, conformers.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  it('keeps molecules without hydrogens, and says so', () => {
    const heavy = {
      ...ring(6),
      atoms: Uint8Array.of(6, 8),
      bonds: Int32Array.of(0, 1, 1),
      conformers: [Float32Array.of(0, 0, 0.1, 1.4, 0, 0)],
    }
    const { molecules, remarks } = chooseMolecules(parseSdf(writeSdf([heavy])))
    expect(molecules.length).toBe(1)
    expect(remarks).toEqual(['1 of 1 records have no hydrogens: their conformers are of the other atoms'])
  })
})
