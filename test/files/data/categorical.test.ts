/** Tokens as data: windows, parts, quantised images, maps, corpora. */
import * as fc from 'fast-check'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { mapsDataset } from '../../../src/files/data/builtin/maps.ts'
import {
  batchPlaces,
  type CategoricalDataset,
  createCategorical,
  loadTokens,
  slackOf,
} from '../../../src/files/data/categorical.ts'
import { holdOut } from '../../../src/files/data/hold-out.ts'
import { parseCategoricalCsv } from '../../../src/files/data/formats/categorical-csv.ts'
import { builtinDataset, createDataset } from '../../../src/files/data/index.ts'
import { openDataset } from '../../../src/files/data/node/open-dataset.ts'
import { isCorpus, readCorpus } from '../../../src/files/data/node/read-corpus.ts'
import { quantise } from '../../../src/files/data/quantise.ts'
import { companyOf, tokenShares } from '../../../src/files/data/token-statistics.ts'
import { key } from '../../../src/engine/random/index.ts'
import { byteTokenizer } from '../../../src/files/text/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-corpus-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** 0, 1, 2, … as a text, so that a window says where it begins. */
const counting = (tokens: number, length: number): CategoricalDataset =>
  createCategorical({
    name: 'counting',
    shape: [length],
    categories: 256,
    data: Int32Array.from({ length: tokens }, (_, i) => i),
    vocabulary: { kind: 'text', tokenizer: byteTokenizer() },
  })

describe('windows of a text', () => {
  test('lie within it, come once an epoch side by side, and begin at every token in the long run', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 0, max: 60 }), (length, more) => {
        const text = counting(length + more, length)
        const seen = new Set<number>()
        for (let epoch = 0; epoch < 60 * length; epoch++) {
          const { starts } = batchPlaces(key(1), text, text.length, epoch)
          const sorted = Array.from(starts).sort((a, b) => a - b)
          sorted.forEach((start, i) => expect(start).toBe(sorted[0]! + i * length))
          expect(sorted[0]).toBeGreaterThanOrEqual(0)
          expect(sorted.at(-1)! + length).toBeLessThanOrEqual(text.data.length)
          sorted.forEach((start) => seen.add(start))
        }
        expect(seen.size).toBe(more + 1)
      }),
      { numRuns: 15 },
    )
  })

  test('what is loaded is what stands there', () => {
    const text = counting(40, 4)
    expect(Array.from(loadTokens(text, [3, 36], new Int32Array(8)))).toEqual([3, 4, 5, 6, 36, 37, 38, 39])
  })

  test('a text shorter than a window, a token that there is not', () => {
    expect(() => counting(7, 8)).toThrow(/7 tokens are less than one window of 8/)
    expect(() => counting(300, 8)).toThrow(/token 256 at 256/)
  })
})

describe('parts', () => {
  test('of a text: its end is held out, and both are whole windows of it', () => {
    const { train, heldOut } = holdOut(counting(200, 8), 0.1)
    expect([train.data.length, heldOut.data.length]).toEqual([180, 20])
    expect(heldOut.data[0]).toBe(180)
    expect([train.length, heldOut.length]).toEqual([21, 1])
    expect(() => holdOut(counting(50, 8), 0.1)).toThrow(/the held-out part: 5 tokens are less than one window/)
  })
  test('of items: the last ones, with their labels', () => {
    const glyphs = builtinDataset('glyphs', { length: 20 })
    const { train, heldOut } = holdOut(glyphs, 0.25, 'end')
    expect([train.length, heldOut.length]).toEqual([15, 5])
    expect(heldOut.labels).toEqual(glyphs.labels!.slice(15))
    expect(heldOut.data).toEqual(glyphs.data.slice(15 * 784))
    const maps = holdOut(mapsDataset({ length: 10 }), 0.3)
    expect([maps.train.length, maps.heldOut.length, maps.heldOut.data.length]).toEqual([7, 3, 3 * 256])
    expect(slackOf(maps.train)).toBe(0)
  })
  test('refuses nothing, and everything', () => {
    expect(() => holdOut(mapsDataset({ length: 10 }), 0)).toThrow(/share 0/)
    expect(() => holdOut(mapsDataset({ length: 1 }), 0.5)).toThrow(/nothing would be left/)
  })
})

describe('quantised', () => {
  test('values on the grid come back as they were, and others go to the nearest', () => {
    const data = Uint8Array.from([0, 255, 100, 128])
    const image = createDataset({ name: 'x', kind: 'image', shape: [1, 2, 2], data })
    expect(Array.from(quantise(image, 256).data)).toEqual([0, 255, 100, 128])
    expect(Array.from(quantise(image, 3).data)).toEqual([0, 2, 1, 1])
    expect(quantise(image, 3).shape).toEqual([2, 2])
    expect(() => quantise(image, 1)).toThrow(/1 levels/)
    expect(() => quantise(builtinDataset('moons', { length: 5 }), 4)).toThrow(/points have no levels/)
  })
  test.skipIf(!existsSync('../shared/data/digits8'))('digits of 17 levels use them all', async () => {
    const digits = quantise(await openDataset('../shared/data/digits8'), 17)
    expect(new Set(digits.data).size).toBe(17)
  })
})

test('maps: sky above ground, water within ground, the same for the same seed', () => {
  const maps = mapsDataset({ length: 200, seed: 3 })
  expect(mapsDataset({ length: 50, seed: 3 }).data).toEqual(maps.data.slice(0, 50 * 256))
  expect(new Set(maps.data)).toEqual(new Set([0, 1, 2, 3, 4]))
  const at = (i: number, y: number, x: number): number => maps.data[i * 256 + y * 16 + x]!
  for (let i = 0; i < maps.length; i++) {
    for (let x = 0; x < 16; x++) {
      expect(at(i, 15, x)).toBe(1)
      for (let y = 1; y < 16; y++) {
        const [above, here] = [at(i, y - 1, x), at(i, y, x)]
        if (here === 0) expect([0, 3]).toContain(above)
        if (here === 4) expect([1, 4]).toContain(above)
      }
    }
  }
})

test('what is said of tokens: shares, and neighbours by the company they keep', () => {
  const tokens = Array.from('abxabyabxaby'.repeat(20), (c) => 'abxyz'.indexOf(c))
  const text = createCategorical({
    name: 'company',
    shape: [4],
    categories: 5,
    data: Int32Array.from(tokens),
    vocabulary: { kind: 'text', tokenizer: byteTokenizer() },
  })
  const shares = tokenShares(text)
  expect(shares[0]).toBeCloseTo(1 / 3, 6)
  expect(shares[4]).toBe(0)
  const company = companyOf(text)
  const distance = (i: number, j: number): number => {
    let sum = 0
    for (let d = 0; d < 10; d++) sum += (company[i * 10 + d]! - company[j * 10 + d]!) ** 2
    return sum
  }
  expect(distance(2, 3)).toBeLessThan(0.01)
  expect(distance(0, 2)).toBeGreaterThan(1)
})

describe('a table', () => {
  const parse = (text: string, bins = 3) => parseCategoricalCsv(new TextEncoder().encode(text), { name: 't', bins })
  test('has categories of its own in every column', () => {
    const table = parse('pet,legs,age\ncat,4,1\nbird,2,2\ncat,4,3\nfish,0,4\ncat,4,5\nbird,2,6\n')
    expect(table).toMatchObject({ shape: [3], length: 6, categories: 3 })
    expect(table.vocabulary).toEqual({
      kind: 'table',
      columns: [
        { name: 'pet', values: ['bird', 'cat', 'fish'] },
        { name: 'legs', values: ['0', '2', '4'] },
        { name: 'age', values: ['1…3', '3…5', '5…6'] },
      ],
    })
    expect(Array.from(table.data)).toEqual([1, 2, 0, 0, 1, 0, 1, 2, 1, 2, 0, 1, 1, 2, 2, 0, 1, 2])
  })
  test('without a header, and with a column that is mostly one number', () => {
    const table = parse('0,a\n0,b\n0,a\n0,b\n7,a\n8,b\n9,a\n')
    if (table.vocabulary.kind !== 'table') throw new Error('no table')
    expect(table.vocabulary.columns).toEqual([
      { name: '0', values: ['0…7', '7…9'] },
      { name: '1', values: ['a', 'b'] },
    ])
    expect(Array.from(table.data).filter((_, i) => i % 2 === 0)).toEqual([0, 0, 0, 0, 1, 1, 1])
  })
  test('refuses what is no table of categories', () => {
    expect(() => parse('a,b\n1\n')).toThrow(/line 2 has 1 cells, the first row has 2/)
    expect(() => parse('')).toThrow(/no rows/)
    const names = Array.from({ length: 300 }, (_, i) => `name${i},x`).join('\n')
    expect(() => parse(names)).toThrow(/column 0 has 300 different texts/)
  })
})

describe('a file of text', () => {
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  test('is told from a table by what is in it', async () => {
    expect(await isCorpus(write('verse.txt', 'To be, or not to be: 1 question\n'))).toBe(true)
    expect(await isCorpus(write('table.txt', '1.5 2\n3e4 -4\n'))).toBe(false)
    expect(await isCorpus(write('verse.csv', 'to be'))).toBe(false)
  })
  test('as characters and as bytes', async () => {
    const path = write('é.txt', 'né à né '.repeat(10))
    const characters = await readCorpus(path, { tokenizer: 'characters', length: 8 })
    expect(characters).toMatchObject({ name: 'é.txt', shape: [8], categories: 4, length: 9 })
    const bytes = await readCorpus(path, { tokenizer: 'bytes', length: 8 })
    expect(bytes.categories).toBe(256)
    expect(Array.from(bytes.data.subarray(0, 3))).toEqual([0x6e, 0xc3, 0xa9])
    if (bytes.vocabulary.kind !== 'text') throw new Error('no text')
    expect(bytes.vocabulary.tokenizer.decode(bytes.data.subarray(0, 12))).toBe('né à né n')
  })
  test('that is not UTF-8 says where, and can be read as bytes', async () => {
    const path = write('latin1.txt', Uint8Array.from([0x61, 0x62, 0xe9, 0x20, 0x61, 0x61, 0x61, 0x61]))
    await expect(readCorpus(path, { tokenizer: 'characters', length: 2 })).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/latin1\.txt.*byte 2 is 0xE9/),
    })
    expect((await readCorpus(path, { tokenizer: 'bytes', length: 2 })).data[2]).toBe(0xe9)
  })
  test('too short, or with a tokenizer that there is not', async () => {
    const path = write('short.txt', 'abc')
    await expect(readCorpus(path, { tokenizer: 'characters', length: 8 })).rejects.toThrow(/3 tokens are less than/)
    await expect(readCorpus(path, { tokenizer: 'no.json', length: 2 })).rejects.toThrow(/no\.json: no such tokenizer/)
    const broken = write('broken.json', '{')
    await expect(readCorpus(path, { tokenizer: broken, length: 2 })).rejects.toThrow(/broken\.json: not JSON/)
  })
})
