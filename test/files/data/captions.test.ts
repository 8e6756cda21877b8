/** Captions of folders of pictures: tables, texts beside them, file names; what is left over is said. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDataset, holdOut, select, split, take } from '../../../src/files/data/index.ts'
import { openDataset, openSource, sourceOf } from '../../../src/files/data/node/index.ts'
import type { PictureReader } from '../../../src/files/data/file-tree.ts'
import { readImageFolder } from '../../../src/files/data/open/image-folder.ts'
import { webTree } from '../../../src/files/data/web/web-tree.ts'
import { viewOfData } from '../../../src/files/show/data-view.ts'
import { key } from '../../../src/engine/random/index.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-captions-'))
afterAll(() => rmSync(root, { recursive: true }))

let png: Buffer
beforeAll(async () => {
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256)
  png = await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toBuffer()
})

let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, `set-${count++}`)
})

/** Writes files; a picture where there is no content. */
function write(files: Readonly<Record<string, string | null>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content ?? png)
  }
}

const lines = (...rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const read = (captions: boolean | readonly string[] = true, options = {}) =>
  openDataset(folder, { captions, ...options })

describe('tables', () => {
  test('metadata.jsonl', async () => {
    write({
      'a.png': null,
      'b.png': null,
      'metadata.jsonl': lines(
        { file_name: 'b.png', text: 'a blue star' },
        { file_name: 'a.png', text: 'a red circle' },
      ),
    })
    const { captions, remarks, labels } = await read()
    expect(captions).toEqual([['a red circle'], ['a blue star']])
    expect(remarks).toEqual(['captions are from metadata.jsonl: text'])
    expect(labels).toBeUndefined()
  })

  test('several captions of a picture: a list, lines, several rows', async () => {
    write({
      'a.png': null,
      'b.png': null,
      'c.png': null,
      'metadata.jsonl': lines(
        { file_name: 'a.png', captions: ['one', 'two'] },
        { file_name: 'b.png', captions: 'three\n four ' },
        { file_name: 'c.png', captions: 'five' },
        { file_name: 'c.png', captions: 'six' },
      ),
    })
    expect((await read()).captions).toEqual([
      ['one', 'two'],
      ['three', 'four'],
      ['five', 'six'],
    ])
  })

  test('metadata.csv, with quotes, a list and a column of classes', async () => {
    write({
      'x/a.png': null,
      'x/b.png': null,
      'metadata.csv':
        'file_name,text,label\nx/a.png,"a ""red"" circle, small",warm\nx/b.png,"[""one"", ""two""]",cold\n',
    })
    const { captions, classNames, labels, remarks } = await read()
    expect(captions).toEqual([['a "red" circle, small'], ['one', 'two']])
    expect([classNames, [...labels!]]).toEqual([
      ['cold', 'warm'],
      [1, 0],
    ])
    expect(remarks).toEqual([
      'metadata.csv says the class of each image',
      'captions, 3 of them, are from metadata.csv: text',
    ])
  })

  test('columns by name: words and style, and the style as the class', async () => {
    write({
      'a.png': null,
      'b.png': null,
      'metadata.jsonl': lines(
        { file_name: 'a.png', words: 'apple', style: 'flat' },
        { file_name: 'b.png', words: 'pear', style: 'round' },
      ),
    })
    expect((await read(['words', 'style'])).captions).toEqual([
      ['apple', 'flat'],
      ['pear', 'round'],
    ])
    const classed = await read(['words'], { labelColumn: 'style' })
    expect(classed.captions).toEqual([['apple'], ['pear']])
    expect(classed.classNames).toEqual(['flat', 'round'])
    // Of two columns of texts, none is more likely than the other; beside a class, only one is left.
    await expect(read()).rejects.toThrow(/no captions/)
    expect((await read(true, { labelColumn: 'style' })).captions).toEqual([['apple'], ['pear']])
    await expect(read(['word'])).rejects.toThrow(/no column "word"/)
  })

  test('a table in each split and in each folder; folders are classes besides', async () => {
    write({
      'train/cats/1.png': null,
      'train/dogs/1.png': null,
      'test/cats/1.png': null,
      'train/cats/metadata.jsonl': lines({ file_name: '1.png', text: 'a cat' }),
      'train/metadata.jsonl': lines({ file_name: 'dogs/1.png', text: 'a dog' }),
      'test/metadata.jsonl': lines({ file_name: 'cats/1.png', text: 'another cat' }),
    })
    const { captions, classNames, remarks } = await read()
    expect(captions).toEqual([['a cat'], ['a dog']])
    expect(classNames).toEqual(['cats', 'dogs'])
    expect(remarks).toContain('captions are from train/cats/metadata.jsonl and 1 more tables: text')
    expect((await read(true, { split: 'test' })).captions).toEqual([['another cat']])
  })

  test('files of one name in several folders are told apart by their paths', async () => {
    write({
      'train/x/1.png': null,
      'train/y/1.png': null,
      'train/metadata.jsonl': lines(
        { file_name: 'x/1.png', text: 'one', style: 'flat' },
        { file_name: 'y/1.png', text: 'two', style: 'round' },
      ),
    })
    const { captions, classNames, labels } = await read(true, { labelColumn: 'style' })
    expect(captions).toEqual([['one'], ['two']])
    expect([classNames, [...labels!]]).toEqual([
      ['flat', 'round'],
      [0, 1],
    ])
  })

  test('captions without pictures, and pictures without captions', async () => {
    write({
      'a.png': null,
      'b.png': null,
      'c.png': null,
      'metadata.jsonl': lines(
        { file_name: 'a.png', text: 'one' },
        { file_name: 'gone.png', text: 'two' },
        { file_name: 'c.png', text: ' ' },
      ),
    })
    const { captions, remarks } = await read()
    expect(captions).toEqual([['one'], [], []])
    expect(remarks).toEqual([
      'captions are from metadata.jsonl: text',
      '2 of 3 images have no caption: b.png, c.png',
      '1 captions have no picture: gone.png',
    ])
  })

  test('broken lines are named', async () => {
    write({ 'a.png': null, 'metadata.jsonl': '{"file_name": "a.png", "text": "x"}\n{"file_name"' })
    await expect(read()).rejects.toThrow(/metadata\.jsonl: line 2: no JSON/)
  })
})

describe('texts beside pictures', () => {
  test.each(['txt', 'caption'])('.%s', async (extension) => {
    write({
      'x/a.png': null,
      'y/b.jpg': null,
      'y/c.png': null,
      [`x/a.${extension}`]: 'a red circle\n\nred, circle\r\n',
      [`y/b.${extension}`]: '["not a list"]',
      'y/lost.txt': 'nothing',
      'README.txt': 'about the folder',
    })
    const { captions, remarks, classNames } = await read()
    expect(captions).toEqual([['a red circle', 'red, circle'], ['["not a list"]'], []])
    expect(classNames).toEqual(['x', 'y'])
    expect(remarks).toEqual([
      `captions, 3 of them, are from the .${extension} beside each image`,
      '1 of 3 images have no caption: y/c.png',
      '1 captions have no picture: y/lost.txt',
    ])
  })
})

describe('file names', () => {
  test('are captions where that is asked for', async () => {
    write({ 'red_circle-012.png': null, 'blue star (2).png': null, '0003.png': null })
    const { captions, remarks } = await read(['names'])
    expect(captions).toEqual([[], ['blue star'], ['red circle']])
    expect(remarks).toEqual(['captions are from the names of the files', '1 of 3 images have no caption: 0003.png'])
    await expect(read()).rejects.toThrow(/the images have no captions/)
  })
})

test('nothing is read unless it is asked for, and other data have none', async () => {
  write({ 'a.png': null, 'a.txt': 'one' })
  expect((await openDataset(folder)).captions).toBeUndefined()
  await expect(openDataset('glyphs', { captions: true })).rejects.toThrow(/`captions`/)
})

test('a source records how captions are read, and parts keep them', async () => {
  write(
    Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [
        [`${i}.png`, null],
        [`${i}.txt`, `text ${i}`],
      ]).flat(),
    ),
  )
  const source = await sourceOf(folder, { captions: true, holdOut: 0.3 })
  expect(source.captions).toBe(true)
  const { train, heldOut } = await openSource(source)
  const texts = [train, heldOut!].flatMap((each) => ('captions' in each ? each.captions! : []))
  expect(texts.flat().sort()).toEqual(Array.from({ length: 6 }, (_, i) => `text ${i}`))
  expect((await sourceOf(folder, { captions: true, captionsFrom: ['names'] })).captions).toEqual(['names'])
  await expect(sourceOf(folder, { captionsFrom: ['names'] })).rejects.toThrow(/`captions` too|captionsFrom/)
})

describe('parts of a data set', () => {
  const dataset = createDataset({
    name: 'x',
    kind: 'array',
    shape: [1],
    data: Float32Array.of(0, 1, 2, 3),
    captions: [['zero'], ['one'], [], ['three', 'III']],
    conditions: { pair: Float32Array.of(0, 0, 1, 10, 2, 20, 3, 30), number: Int32Array.of(0, 1, 2, 3) },
  })

  test('have their captions and conditions', () => {
    const some = select(dataset, [3, 1])
    expect(some.captions).toEqual([['three', 'III'], ['one']])
    expect(some.conditions).toEqual({ pair: Float32Array.of(3, 30, 1, 10), number: Int32Array.of(3, 1) })
    expect(take(dataset, 2).captions).toEqual([['zero'], ['one']])
    for (const { data, captions, conditions } of [
      ...Object.values(split(dataset, 0.5, key(1))),
      ...Object.values(holdOut(dataset, 0.5)),
    ]) {
      expect(captions).toEqual(Array.from(data as Float32Array, (value) => dataset.captions![value]))
      expect(Array.from(conditions!['number']!)).toEqual(Array.from(data))
    }
  })

  test('captions are summed up', () => {
    const { facts, rows } = viewOfData(dataset)
    expect(facts['captions']).toMatchObject({ items: 3, texts: 4, words: 4, longest: 1 })
    expect(rows).toContainEqual(['captions', '3 of 4 items, 4 texts, up to 1 words'])
  })
})

test('files that were picked in a page are read in the same way', async () => {
  const texts = { 'a.txt': 'a red circle\nred, circle', 'b.txt': 'a blue star' }
  const files = [...Object.entries(texts), ['a.png', ''], ['b.png', '']] as const
  const tree = webTree(new Map(files.map(([name, text]) => [`icons/${name}`, async () => new Blob([text])])))
  // A page decodes pictures by its own means.
  const pictures: PictureReader = {
    facts: async () => ({ width: 2, height: 2, depth: 'uchar', frames: 1 }),
    decode: async () => ({ data: new Uint8Array(16), width: 2, height: 2, depth: 'uchar' }),
    frames: async () => ({ frames: [], delays: undefined }),
    requireColour: async () => {},
  }
  const set = await readImageFolder({ ...tree, pictures }, 'icons', 'icons', { captions: true })
  expect(set.captions).toEqual([['a red circle', 'red, circle'], ['a blue star']])
})
