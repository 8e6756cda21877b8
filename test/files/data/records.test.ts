/** Tables and molecules as data: what fits together, parts, copies. */
import { describe, expect, it } from 'vitest'
import { datasetDigest, decodeDataset, encodeDataset } from '../../../src/app/dataset-file.ts'
import { digestOf } from '../../../src/app/node/digest.ts'
import { holdOut } from '../../../src/files/data/hold-out.ts'
import { createMolecules, type Molecule } from '../../../src/files/data/molecules.ts'
import { createTable, type TableParts } from '../../../src/files/data/table.ts'

const parts: TableParts = {
  name: 'houses',
  columns: [
    { kind: 'number', name: 'area', values: Float64Array.of(10, 20, NaN, 40.5) },
    { kind: 'category', name: 'town', names: ['Aa', 'Bb'], values: Int32Array.of(0, 1, -1, 1) },
    { kind: 'category', name: 'sold', names: ['no', 'yes'], values: Int32Array.of(0, 0, 1, 1) },
  ],
  target: 'sold',
}

const water: Molecule = {
  name: 'water',
  atoms: Uint8Array.of(8, 1, 1),
  bonds: Int32Array.of(0, 1, 1, 0, 2, 1),
  conformers: [Float32Array.of(0, 0, 0, 0.96, 0, 0, -0.24, 0.93, 0), Float32Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0)],
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('tables', () => {
  it('have rows as items, and classes by their target', () => {
    const table = createTable(parts)
    expect(table).toMatchObject({ kind: 'table', length: 4, shape: [3], classNames: ['no', 'yes'] })
    expect([...table.select([3, 1]).columns[0]!.values]).toEqual([40.5, 20])
    const { train, heldOut } = holdOut(table, 0.5)
    expect([[...train.labels!], [...heldOut.labels!]]).toEqual([
      [0, 1],
      [0, 1],
    ])
  })

  it.each([
    ['no rows', { columns: [] }, 'empty'],
    ['two names alike', { columns: [parts.columns[0]!, parts.columns[0]!] }, 'two columns named area'],
    ['another target', { target: 'price' }, 'no column price'],
    [
      'other lengths',
      { columns: [...parts.columns, { kind: 'number', name: 'x', values: new Float64Array(3) }] },
      'x has',
    ],
    [
      'a category without a name',
      { columns: [...parts.columns, { kind: 'category', name: 'x', names: ['a'], values: Int32Array.of(0, 0, 0, 1) }] },
      'no such category',
    ],
  ] as [string, Partial<TableParts>, string][])('are refused with %s', (_, change, message) => {
    expect(() => createTable({ ...parts, ...change })).toThrow(message)
  })
})

describe('molecules', () => {
  it('are items', () => {
    const set = createMolecules({ name: 'some', molecules: [water, { ...water, name: 'another' }] })
    expect(set).toMatchObject({ kind: 'molecules', length: 2, shape: [3] })
    expect(set.select([1]).molecules[0]!.name).toBe('another')
  })

  it.each([
    ['no atoms', { atoms: new Uint8Array(0) }, 'no atoms'],
    ['a bond to nowhere', { bonds: Int32Array.of(0, 3, 1) }, 'no bond 0–3'],
    ['a position that is missing', { conformers: [new Float32Array(6)] }, '2 positions of 3 atoms'],
    ['a position that is no number', { conformers: [new Float32Array(9).fill(NaN)] }, 'not finite'],
  ] as [string, Partial<Molecule>, string][])('are refused with %s', (_, change, message) => {
    expect(() => createMolecules({ name: 'some', molecules: [{ ...water, ...change }] })).toThrow(message)
  })
})

it.each([createTable(parts), createMolecules({ name: 'some', molecules: [water] })])(
  'copies open again: $kind',
  async (set) => {
    const copy = await decodeDataset(encodeDataset(set), 'copy')
    expect(plain(copy)).toEqual(plain(set))
    expect(datasetDigest(copy)).toBe(datasetDigest(set))
    expect(digestOf(set)).toBe(datasetDigest(set))
  },
)
