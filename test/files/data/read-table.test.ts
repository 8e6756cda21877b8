/** Tables with all their columns: what is a number, what a category, what is missing, and the target. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { describeColumn } from '../../../src/files/data/describe-table.ts'
import { readTable } from '../../../src/files/data/formats/read-table.ts'
import { openSource } from '../../../src/files/data/node/open-source.ts'
import { sourceOf } from '../../../src/files/data/node/source-of.ts'
import { dataSourceSchema } from '../../../src/files/data/source-schema.ts'
import type { TableSource } from '../../../src/files/data/source.ts'
import { viewOfData } from '../../../src/files/show/data-view.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-table-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = (text: string, how: TableSource = {}): ReturnType<typeof readTable> =>
  readTable(new TextEncoder().encode(text), { name: 't.csv' }, how)

const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n')

const houses = `price,area,town,rooms\n${rows(12, (i) => `${100 + i}.5,${i === 3 ? 'NA' : 10 + i},${['Aa', '"B, b"', ''][i % 3]},${1 + (i % 3)}`)}\n`

describe('a table', () => {
  it('has numbers, categories, codes and missing values', () => {
    const { columns, target, length, remarks, labels } = read(houses, { target: 'price' })
    expect([target, length, labels]).toEqual(['price', 12, undefined])
    expect(columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'price number',
      'area number',
      'town category',
      'rooms category',
    ])
    expect([...columns[1]!.values].slice(2, 5)).toEqual([12, Number.NaN, 14])
    expect(columns[2]).toMatchObject({ names: ['Aa', 'B, b'] })
    expect([...columns[2]!.values].slice(0, 4)).toEqual([0, 1, -1, 0])
    expect(remarks).toEqual([
      'whole numbers as categories: rooms (`numeric` reads them as numbers)',
      'target price: a number',
    ])
  })

  it('has columns as they are asked for', () => {
    const { columns } = read(houses, { numbers: ['rooms'], categories: ['-4'], leaveOut: ['1'] })
    expect(columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'price category',
      'town category',
      'rooms number',
    ])
    expect(columns[0]).toMatchObject({ names: expect.arrayContaining(['100.5', '111.5']) as unknown })
  })

  it('gives rows their classes by a target of categories', () => {
    const { labels, classNames, remarks } = read(houses, { target: 'rooms' })
    expect([...labels!].slice(0, 4)).toEqual([0, 1, 2, 0])
    expect(classNames).toEqual(['1', '2', '3'])
    expect(remarks!.at(-1)).toBe('target rooms: one of 3 classes (`numeric: rooms` predicts it as a number)')
  })

  it('leaves out rows without a target, and says which', () => {
    const { length, skipped } = read('x,y\n1.5,2.5\n2.5,?\n3.5,1\n', { target: 'y' })
    expect(length).toBe(2)
    expect(skipped).toEqual([{ file: 'line 3', reason: 'no y' }])
  })

  it('leaves out free text, empty columns and numbers of rows, and says so', () => {
    const { columns, remarks } = read(`id,x,note,none\n${rows(30, (i) => `${i + 1},${i / 7},text ${i},`)}\n`)
    expect(columns.map(({ name }) => name)).toEqual(['x'])
    expect(remarks).toEqual([
      'left out: id (it numbers the rows), note (30 different texts in 30 rows), none (nothing in it)',
    ])
  })

  it('reads commas before decimals where nothing else they can be, and says so', () => {
    const { columns, remarks } = read('x;y\n1,5;a\n2;b\n-3,25e1;a\n', { categories: ['y'] })
    expect([...columns[0]!.values]).toEqual([1.5, 2, -32.5])
    expect(remarks).toEqual(['commas before decimals: x'])
  })

  it('knows tables without a header, and numbers as names', () => {
    const bare = read('1.5,2\n2.5,3\n')
    expect(bare.columns.map(({ name }) => name)).toEqual(['0', '1'])
    expect(bare.remarks).toEqual(['no header: columns are called 0 … 1'])
    expect(read(`town,2019\n${rows(9, (i) => `${'ab'[i % 2]},${i}.5`)}`).columns.map(({ name }) => name)).toEqual([
      '0',
      '1',
    ])
    expect(read('x\t2019\n1\t2.5\n2\t3.5\n').columns.map(({ name }) => name)).toEqual(['x', '2019'])
  })

  it.each([
    ['a text among numbers', `x\n${rows(30, (i) => `${i}.5`)}\noops\n`, {}, 'line 32: x: "oops" is no number'],
    ['commas between thousands', `x;y\n${rows(30, (i) => `${i},500;1`)}\n`, { numbers: ['x'] }, 'is no number'],
    ['a constant target', 'x,y\n1,2\n3,2\n', { target: 'y' }, 'nothing to predict'],
    ['a target of free text', `x,y\n${rows(30, (i) => `${i},text ${i}`)}\n`, { target: 'y' }, 'that is text'],
    ['a target that is never there', 'x,y\n1,\n3,\n', { target: 'y' }, 'every row is without it'],
    ['a target alone', 'y\n1\n2\n', { target: 'y' }, 'no columns besides the target'],
    ['an unknown column', 'x,y\n1,2\n', { target: 'z' }, 'there is no column z'],
    ['a column of both kinds', 'x,y\n1,2\n', { numbers: ['x'], categories: ['x'] }, 'named by `categorical`'],
    ['a target left out', 'x,y\n1,2\n', { target: 'y', leaveOut: ['y'] }, 'another option needs it'],
    ['two names alike', 'x,x\na,2\n', {}, 'two columns named x'],
    ['only a header', 'x,y\n', {}, 'no rows'],
    ['uneven rows', 'x,y\n1,2\n3\n', {}, 'line 3 has 1 cells'],
  ] as [string, string, TableSource, string][])('is refused with %s', (_, text, how, message) => {
    expect(() => read(text, how)).toThrow(message)
  })
})

describe('the source of a table', () => {
  it('is a record from which the same table is opened again, packed or not', async () => {
    const path = join(folder, 'houses.csv.gz')
    writeFileSync(path, gzipSync(houses))
    const source = await sourceOf(path, { target: 'price', numeric: ['rooms'], holdOut: 0.25 })
    expect(dataSourceSchema.parse(JSON.parse(JSON.stringify(source)))).toMatchObject({
      table: { target: 'price', numbers: ['rooms'] },
      holdOut: 0.25,
    })
    const { train, heldOut, report } = await openSource(source)
    expect([train.kind, train.length, heldOut!.length]).toEqual(['table', 9, 3])
    expect(report).toContain('target price: a number')
  })

  it('refuses options that need another kind of data, and its own without a table', async () => {
    const path = join(folder, 'houses.csv')
    writeFileSync(path, houses)
    await expect(sourceOf(path, { target: 'price', size: 8 })).rejects.toThrow('`size` is not for tables')
    await expect(sourceOf(path, { numeric: ['rooms'] })).rejects.toThrow('`numeric` is for tables')
    expect(await sourceOf(path, { table: true })).toMatchObject({ table: {} })
  })
})

describe('the view of a table', () => {
  it('has the statistics of columns', () => {
    const [x, town] = read('x,town\n1,a\n2,b\n9,a\nNA,\n', { numbers: ['x'], categories: ['town'] }).columns
    expect(describeColumn(x!)).toMatchObject({ missing: 1, different: 3, mean: 4, least: 1, median: 2, most: 9 })
    expect(describeColumn(x!)).toHaveProperty('deviation', Math.sqrt(38 / 3))
    expect(describeColumn(town!)).toMatchObject({ missing: 1, frequent: [{ name: 'a', share: 2 / 3 }, { name: 'b' }] })
    const { rows: shown, facts } = viewOfData(read(houses, { target: 'price' }))
    expect(facts).toMatchObject({ kind: 'table', target: 'price', length: 12 })
    expect(shown.find(([name]) => name === '  area')![1]).toBe(
      'number: 10 … 16 … 21, mean 15.73 ± 3.519; 1 missing (8.3 %)',
    )
  })
})
