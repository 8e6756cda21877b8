/** Molecules as data: every format opened through sources, what is left out, the split of an npz. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeNpz } from '../../../src/files/data/formats/npz.ts'
import type { MoleculeDataset } from '../../../src/files/data/molecules.ts'
import type { NdArray, NumericArray } from '../../../src/files/data/nd-array.ts'
import { openSource } from '../../../src/files/data/node/open-source.ts'
import { sourceOf } from '../../../src/files/data/node/source-of.ts'
import { unpackRecords } from '../../../src/files/data/unpack-records.ts'
import type { Molecule } from '../../../src/files/molecules/molecule.ts'
import { writeSdf } from '../../../src/files/molecules/write-sdf.ts'
import { writeXyz } from '../../../src/files/molecules/xyz.ts'
import { viewOfData } from '../../../src/files/show/data-view.ts'
import { only, ring, waterMol } from '../molecules/drawn-molecules.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-molecules-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const water = only(waterMol)
const benzene = { ...ring(6), name: 'benzene' }

const array = (data: NumericArray, ...shape: number[]): NdArray => ({ data, shape }) as NdArray
const joined = (molecules: readonly Molecule[], of: (each: Molecule) => Iterable<number>): number[] =>
  molecules.flatMap((each) => [...of(each)])

function npzOf(molecules: readonly Molecule[], further: Record<string, NdArray> = {}): Uint8Array {
  const counts = (of: (each: Molecule) => number): NdArray => array(Int32Array.from(molecules, of), molecules.length)
  const z = joined(molecules, ({ atoms }) => atoms)
  const bonds = joined(molecules, (each) => each.bonds)
  const xyz = joined(molecules, ({ conformers }) => conformers.flatMap((each) => [...each]))
  return writeNpz({
    atoms: counts(({ atoms }) => atoms.length),
    bonds_count: counts((each) => each.bonds.length / 3),
    conformers: counts(({ conformers }) => conformers.length),
    z: array(Uint8Array.from(z), z.length),
    bonds: array(Uint8Array.from(bonds), bonds.length / 3, 3),
    xyz: array(Float32Array.from(xyz), xyz.length / 3, 3),
    ...further,
  })
}

beforeAll(() => {
  mkdirSync(join(root, 'set'))
  writeFileSync(join(root, 'water.sdf'), writeSdf([water, benzene]))
  writeFileSync(join(root, 'set', 'a.mol'), waterMol.replace('water', ''))
  writeFileSync(join(root, 'set', 'b.xyz'), writeXyz([{ ...benzene, energies: Float64Array.of(2) }]))
  writeFileSync(join(root, 'set', 'notes.pdf'), 'x')
  writeFileSync(join(root, 'some.smi'), 'CCO ethanol\nC1CC\n')
  writeFileSync(join(root, 'listed.txt'), 'CCO\nC=C\n')
  writeFileSync(join(root, 'tale.txt'), 'Once upon a time there was a molecule, and it was happy.')
  writeFileSync(join(root, 'points.xyz'), '0 1 2\n3 4 5\n')
  writeFileSync(
    join(root, 'some.npz'),
    npzOf([water, benzene, { ...water, conformers: [water.conformers[0]!, water.conformers[0]!] }], {
      test: array(Uint8Array.of(0, 1, 0), 3),
      energy: array(Float32Array.of(1, 2, 3, 4), 4),
    }),
  )
  writeFileSync(join(root, 'smiles.txt'), '[H]O[H]\nc1ccccc1\nO\n')
})

async function opened(
  name: string,
  options: Record<string, unknown> = {},
): Promise<Omit<MoleculeDataset, 'select'> & { report: readonly string[] }> {
  const { train, report } = await openSource(await sourceOf(join(root, name), options))
  return { ...(train as MoleculeDataset), report }
}

describe('molecules as data', () => {
  it('open from SDF, XYZ and SMILES', async () => {
    const sdf = await opened('water.sdf')
    expect([sdf.kind, sdf.length, sdf.shape]).toEqual(['molecules', 2, [12]])
    expect(sdf.molecules.map(({ name }) => name)).toEqual(['water', 'benzene'])
    const smiles = await opened('some.smi')
    expect(smiles.molecules.map(({ name, conformers }) => [name, conformers.length])).toEqual([['ethanol', 0]])
    expect(smiles.report).toEqual([expect.stringMatching(/^skipped some.smi, line 2: C1CC: is no SMILES/)])
    expect((await opened('listed.txt')).length).toBe(2)
  })

  it('open from a folder, with a word about the rest', async () => {
    const set = await opened('set')
    expect(set.molecules.map(({ name }) => name)).toEqual(['a', 'benzene'])
    expect([...set.molecules[1]!.energies!]).toEqual([2])
    expect(set.report.at(-1)).toBe('1 files that are not named like molecules are ignored: notes.pdf')
  })

  it('open from arrays, by split, with names beside', async () => {
    const train = await opened('some.npz')
    expect(train.molecules.map(({ smiles, conformers }) => [smiles, conformers.length])).toEqual([
      ['[H]O[H]', 1],
      ['O', 2],
    ])
    expect([...train.molecules[1]!.energies!]).toEqual([3, 4])
    expect(train.report[0]).toBe('1 of 3 molecules are marked test and left out: `split: test` reads those')
    const test = await opened('some.npz', { split: 'test' })
    expect(test.molecules.map(({ smiles }) => smiles)).toEqual(['c1ccccc1'])
    expect(Array.from(test.molecules[0]!.bonds.filter((_, i) => i % 3 === 2).subarray(0, 6))).toEqual([
      4, 4, 4, 4, 4, 4,
    ])
    await expect(opened('some.npz', { split: 'validation' })).rejects.toMatchObject({ code: 'usage' })
    await expect(opened('water.sdf', { split: 'test' })).rejects.toMatchObject({ code: 'usage' })
  })

  it('refuse arrays that do not fit together, and options that mean nothing to them', async () => {
    writeFileSync(join(root, 'short.npz'), npzOf([water], { xyz: array(new Float32Array(3), 1, 3) }))
    await expect(opened('short.npz')).rejects.toThrow('the arrays z, bonds or xyz end within molecule 1 of 1')
    writeFileSync(join(root, 'long.npz'), npzOf([water], { z: array(new Uint8Array(5).fill(1), 5) }))
    await expect(opened('long.npz')).rejects.toThrow('2 rows of z belong to no molecule')
    await expect(opened('water.sdf', { size: 8 })).rejects.toThrow('`size` is not for molecules')
    writeFileSync(join(root, 'empty.sdf'), 'x\n')
    await expect(opened('empty.sdf')).rejects.toThrow(
      'no molecule can be read; empty.sdf, molecule 1 (x): the counts are missing',
    )
  })

  it('leave texts and other tables alone', async () => {
    expect(await sourceOf(join(root, 'tale.txt'), {})).toMatchObject({ tokens: { tokenizer: 'characters' } })
    expect(await sourceOf(join(root, 'listed.txt'), { tokens: 'bytes' })).toMatchObject({
      tokens: { tokenizer: 'bytes' },
    })
    await expect(opened('points.xyz')).rejects.toThrow('no known format')
  })

  it('are held out whole, packed, and described', async () => {
    const { train, heldOut } = await openSource({
      path: join(root, 'listed.txt'),
      holdOut: 0.5,
      holdOutManner: 'random',
    })
    expect([train.length, heldOut!.length]).toEqual([1, 1])
    const set = await opened('some.npz')
    const back = unpackRecords('molecules', set.packed()) as MoleculeDataset
    expect(back.molecules).toEqual(set.molecules)
    expect(Object.fromEntries(viewOfData(back).rows)).toMatchObject({
      molecules: '2',
      conformers: '3, 1 to 2 a molecule',
      atoms: '3 a molecule',
      elements: 'H (4), O (2)',
    })
  })
})
