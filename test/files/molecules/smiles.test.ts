/** SMILES, read by openchemlib. */
import { describe, expect, it } from 'vitest'
import { isSmilesList, moleculeOfSmiles, parseSmilesList } from '../../../src/files/molecules/smiles.ts'

describe('SMILES', () => {
  it('are molecules with all hydrogens', async () => {
    const { atoms, bonds, charges, conformers } = await moleculeOfSmiles('C[N+](=O)[O-]')
    expect([...atoms]).toEqual([6, 7, 8, 8, 1, 1, 1])
    expect(bonds.length).toBe(18)
    expect([...charges!]).toEqual([0, 1, 0, -1, 0, 0, 0])
    expect(conformers).toEqual([])
    const pyrrole = await moleculeOfSmiles('c1cc[nH]c1')
    expect([...pyrrole.bonds].filter((order, i) => i % 3 === 2 && order === 4).length).toBe(5)
  })

  it('come in lists, with names; what cannot be read is named by its line', async () => {
    const text = 'smiles name\nCCO ethanol\n\nC1CC three\n[CH3]\n*C\nCC.O\n[2H]O[2H] heavy water\n'
    const { records, leftOut, remarks } = await parseSmilesList(text)
    expect(records.map(({ molecule }) => molecule.name)).toEqual(['ethanol', undefined, 'heavy water'])
    expect(leftOut.map(({ record }) => record)).toEqual(['line 4', 'line 5', 'line 6'])
    expect(leftOut[0]!.reason).toMatch(/^C1CC: is no SMILES: dangling ring closure/)
    expect(leftOut[1]!.reason).toMatch(/radical/)
    expect(remarks).toEqual(['1 molecules name isotopes, which are read as their elements'])
  })

  it('are told from texts', () => {
    expect(isSmilesList('C#CC#C[C@@H](CC)CO\nCCO ethanol\nc1ccccc1\n')).toBe(true)
    expect(isSmilesList('Once upon a time\nthere was (once)\n')).toBe(false)
    expect(isSmilesList('BOB\nCON\n')).toBe(false)
    expect(isSmilesList('1 2 3\n4 5 6\n')).toBe(false)
    expect(isSmilesList('')).toBe(false)
  })
})
