/** How published sets lie in folders, files and tables: what is read, what is said, what is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../../../src/files/data/dataset.ts'
import { writeNpy } from '../../../src/files/data/formats/npy.ts'
import { writeNpz } from '../../../src/files/data/formats/npz.ts'
import { openSource } from '../../../src/files/data/node/open-source.ts'
import { sourceOf } from '../../../src/files/data/node/source-of.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-conventions-'))
afterAll(() => rmSync(root, { recursive: true }))

let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, `set-${count++}`)
  mkdirSync(folder)
})

async function picture(name: string, width = 8, height = 8): Promise<void> {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256)
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path)
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

async function open(path: string = folder, options: Parameters<typeof sourceOf>[1] = {}) {
  const { train, report } = await openSource(await sourceOf(path, options))
  const { labels, classNames, kind, shape, length } = train
  return { kind, shape, length, labels: labels && [...labels], classNames, report }
}

describe('splits', () => {
  it('are found below one folder that holds them', async () => {
    for (const name of ['data/train/a/0.png', 'data/train/b/0.png', 'data/test/a/0.png']) await picture(name)
    expect(await open()).toMatchObject({ length: 2, labels: [0, 1], classNames: ['a', 'b'] })
  })

  it('are no classes where none of them is for training', async () => {
    for (const name of ['val/a/0.png', 'test/a/0.png']) await picture(name)
    await expect(open()).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('no train split among test, val') as string,
    })
    expect(await open(folder, { split: 'test' })).toMatchObject({ length: 1 })
  })

  it('have the same number for a class, also where one has no items of it', async () => {
    for (const name of ['train/a/0.png', 'train/b/0.png', 'train/c/0.png', 'test/c/0.png']) await picture(name)
    expect(await open()).toMatchObject({ labels: [0, 1, 2], classNames: ['a', 'b', 'c'] })
    expect(await open(folder, { split: 'test' })).toMatchObject({ labels: [2], classNames: ['a', 'b', 'c'] })
  })

  it('are read where there is only one', async () => {
    for (const name of ['test/a/0.png', 'test/b/0.png']) await picture(name)
    expect(await open()).toMatchObject({ length: 2, classNames: ['a', 'b'], report: ['test/ is read'] })
  })

  it('have tables of their own', async () => {
    for (const split of ['train', 'test']) {
      for (const i of [0, 1]) await picture(`${split}/${i}.png`)
      file(`${split}/metadata.csv`, `file_name,label\n0.png,${split} b\n1.png,${split} a\n`)
    }
    expect(await open()).toMatchObject({ labels: [1, 0], classNames: ['train a', 'train b'] })
    expect(await open(folder, { split: 'test' })).toMatchObject({ labels: [1, 0], classNames: ['test a', 'test b'] })
  })
})

describe('tables beside pictures', () => {
  beforeEach(async () => {
    for (const i of [0, 1, 2]) await picture(`${i}.png`)
  })

  it('give the column that is asked for', async () => {
    file('metadata.csv', 'file_name,species\n0.png,owl\n1.png,emu\n2.png,owl\n')
    const wanted = { labels: [1, 0, 1], classNames: ['emu', 'owl'] }
    expect(await open(folder, { labelColumn: 'species' })).toMatchObject(wanted)
    expect(await open(folder, { labelColumn: 1 })).toMatchObject(wanted)
    await expect(open(folder, { labelColumn: 'genus' })).rejects.toMatchObject({ code: 'data' })
  })

  it('that leave pictures out are passed over, and it is said; refused where their column is asked for', async () => {
    file('metadata.csv', 'file_name,label\n0.png,owl\n')
    const remark = 'metadata.csv passed over: it says the class of 1 of 3 images'
    expect(await open()).toMatchObject({ labels: undefined, report: [remark] })
    await expect(open(folder, { labelColumn: 'label' })).rejects.toMatchObject({ code: 'data', hint: remark })
  })

  it('in parquet are not read, and it is said', async () => {
    file('metadata.parquet', 'PAR1')
    expect((await open()).report).toEqual([expect.stringContaining('parquet is not read')])
  })
})

describe('arrays', () => {
  const images = { shape: [3, 8, 8], data: Uint8Array.from({ length: 192 }, (_, i) => i) }

  it('have classes as rows of 0 and 1', async () => {
    const labels = { shape: [3, 2], data: Float32Array.of(0, 1, 1, 0, 0, 1) }
    const path = file('a.npz', writeNpz({ x_train: images, y_train: labels }))
    expect(await open(path)).toMatchObject({ kind: 'image', shape: [1, 8, 8], labels: [1, 0, 1] })
  })

  it('have classes of the same numbers in every split', async () => {
    const part = { shape: [2, 8, 8], data: images.data.subarray(0, 128) }
    const parts = {
      train_images: images,
      train_labels: { shape: [3, 1], data: Int32Array.of(9, 2, 5) },
      test_images: part,
      test_labels: { shape: [2, 1], data: Int32Array.of(5, 9) },
    }
    const path = file('e.npz', writeNpz(parts))
    const classNames = ['2', '5', '9']
    expect(await open(path)).toMatchObject({ labels: [2, 0, 1], classNames })
    expect(await open(path, { split: 'test' })).toMatchObject({ length: 2, labels: [1, 2], classNames })
  })

  it('have labels that mean no classes, which is said', async () => {
    const several = { shape: [3, 2], data: Float32Array.of(1, 1, 1, 0, 0, 1) }
    const path = file('b.npz', writeNpz({ X: images, Y: several }))
    const opened = await open(path)
    expect(opened.labels).toBeUndefined()
    expect(opened.report).toEqual([expect.stringContaining('Y passed over')])
  })

  it('of square pictures have any number of channels at the end', async () => {
    const data = Uint8Array.from({ length: 2 * 8 * 8 * 5 }, (_, i) => i % 5)
    const path = file('c.npz', writeNpz({ images: { shape: [2, 8, 8, 5], data } }))
    const { train } = await openSource(await sourceOf(path, {}))
    expect(train.shape).toEqual([5, 8, 8])
    expect(Array.from((train as ArrayDataset).data.subarray(0, 320))).toEqual(
      Array.from({ length: 320 }, (_, i) => Math.floor(i / 64)),
    )
  })

  it('of pictures that are not square too', async () => {
    const data = Uint8Array.from({ length: 2 * 8 * 12 * 5 }, (_, i) => i % 5)
    const path = file('f.npz', writeNpz({ images: { shape: [2, 8, 12, 5], data } }))
    const { train, report } = await openSource(await sourceOf(path, {}))
    expect(train.shape).toEqual([5, 8, 12])
    expect([0, 1, 4].map((c) => (train as ArrayDataset).data[c * 96])).toEqual([0, 1, 4])
    expect(report).toEqual(['bytes [2, 8, 12, 5] are taken for images [5, 8, 12]'])
  })

  it('of 0 and 1 are black and white', async () => {
    const path = file(
      'g.npz',
      writeNpz({ images: { shape: [1, 8, 8], data: images.data.map((i) => i % 2).subarray(64, 128) } }),
    )
    const { train, report } = await openSource(await sourceOf(path, {}))
    expect(train).toMatchObject({ kind: 'image', range: [0, 1] })
    expect(report).toEqual(['bytes that are 0 and 1 only are taken for black and white'])
  })

  it('that might be something else are read, and that is said', async () => {
    const one = { shape: [8, 8, 3], data: images.data }
    const taken = 'bytes [8, 8, 3] are taken for images [1, 8, 3]: one picture in colour needs an axis in front'
    expect((await open(file('h.npz', writeNpz({ images: one })))).report).toEqual([taken])
    const flat = { shape: [3, 64], data: images.data }
    const points = 'bytes [3, 64] are taken for points [64]: images are [N, H, W]'
    expect((await open(file('i.npz', writeNpz({ images: flat })))).report).toEqual([points])
  })

  it('are found by names in any case, and by those of EMNIST', async () => {
    const labels = { shape: [3], data: Uint8Array.of(26, 1, 26) }
    const read = { length: 3, labels: [1, 0, 1], classNames: ['1', '26'] }
    expect(await open(file('j.npz', writeNpz({ Images: images, LABELS: labels })))).toMatchObject(read)
    expect(await open(file('k.npz', writeNpz({ training_images: images, training_labels: labels })))).toMatchObject(
      read,
    )
  })

  it('have labels in a file beside, as those of KMNIST', async () => {
    const path = file('kmnist-train-imgs.npz', writeNpz({ arr_0: images }))
    file('kmnist-train-labels.npz', writeNpz({ arr_0: { shape: [3], data: Uint8Array.of(0, 2, 1) } }))
    expect(await open(path)).toMatchObject({ shape: [1, 8, 8], labels: [0, 2, 1] })
  })

  it('of another split only are refused, with the split that is there', async () => {
    const path = file('l.npz', writeNpz({ x_test: images }))
    await expect(open(path)).rejects.toMatchObject({ code: 'data', hint: '`split: test` reads those' })
    expect(await open(path, { split: 'test' })).toMatchObject({ length: 3 })
  })

  it('have classes that are words', async () => {
    const words = (descr: string, bytes: Uint8Array): Uint8Array => {
      const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (3,), }`.padEnd(117) + '\n'
      return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0, ...Buffer.from(header), ...bytes])
    }
    const [names, wide] = [['tench, Tinca', 'é', 'tench, Tinca'], new Uint32Array(3 * 12)]
    names.forEach((name, i) => [...name].forEach((letter, k) => (wide[12 * i + k] = letter.codePointAt(0)!)))
    const [npy, labels] = [file('images.npy', writeNpy(images)), join(folder, 'labels.npy')]
    writeFileSync(labels, words('<U12', new Uint8Array(wide.buffer)))
    expect(await open(npy)).toMatchObject({ labels: [0, 1, 0], classNames: ['tench, Tinca', 'é'] })
    writeFileSync(labels, words('|S2', Uint8Array.from(Buffer.from('b\0aab\0'))))
    expect(await open(npy)).toMatchObject({ labels: [1, 0, 1], classNames: ['aa', 'b'] })
    writeFileSync(labels, words('|S2', Uint8Array.of(1)))
    await expect(open(npy)).rejects.toMatchObject({ code: 'data' })
  })

  it('are points where that is asked for', async () => {
    const path = file('d.npz', writeNpz({ images }))
    expect(await open(path, { as: 'points' })).toMatchObject({ kind: 'points', shape: [64] })
  })
})

describe('tables', () => {
  it('of another encoding are read, and it is said', async () => {
    const remark = 'not UTF-8: read as Windows-1252'
    const words = file('words.csv', Buffer.from('name,size\n\u00e9t\u00e9,a\nmai,b\n', 'latin1'))
    expect((await open(words, { tokens: 'columns' })).report).toEqual([remark])
    const points = file('points.csv', Buffer.from('gr\u00f6\u00dfe,x\n1,2\n3,5\n', 'latin1'))
    expect((await open(points)).report).toEqual([remark])
  })

  it('with commas for points, or words among numbers, say what helps', async () => {
    const commas = file('commas.csv', 'x;y\n1,5;2,5\n3,5;4,5\n')
    await expect(open(commas)).rejects.toMatchObject({ code: 'data', hint: expect.stringContaining('point') as string })
    const words = file('kinds.csv', 'x,kind\n1,a\n2,b\n')
    await expect(open(words)).rejects.toMatchObject({ hint: expect.stringContaining('`labelColumn`') as string })
    expect(await open(words, { labelColumn: 'kind' })).toMatchObject({ shape: [1], labels: [0, 1] })
  })
})

describe('pictures', () => {
  it('below one folder have no classes, which is said', async () => {
    for (const name of ['imgs/a/0.png', 'imgs/b/0.png']) await picture(name)
    const { labels, report } = await open()
    expect(labels).toBeUndefined()
    expect(report).toEqual(['all images are in imgs/, so a, b below it are no classes: to have them, name that folder'])
    expect(await open(join(folder, 'imgs'))).toMatchObject({ labels: [0, 1], report: [] })
  })

  it('that lie within a size need only one side as large', async () => {
    await picture('0.png', 20, 28)
    const size = [16, 24]
    expect(await open(folder, { size, fit: 'contain' })).toMatchObject({ shape: [3, 16, 24] })
    await expect(open(folder, { size })).rejects.toMatchObject({ code: 'data' })
    await expect(open(folder, { size: 32, fit: 'contain' })).rejects.toMatchObject({ code: 'data' })
  })

  it('are not blamed for a background that is no colour', async () => {
    await picture('0.png')
    await expect(open(folder, { background: 'blurple' })).rejects.toMatchObject({
      code: 'usage',
      message: '`background`: "blurple" is no colour',
    })
  })
})

it.each(['', 'NaN', 'n/a', '?', '-inf'])('a table whose cell is %j is refused with what to do', async (cell) => {
  const path = file('t.csv', `x,y\n1,2\n3,${cell}\n`)
  await expect(open(path)).rejects.toMatchObject({
    hint: 'values that are missing or not finite have to be filled in, or their rows left out',
  })
})

it('an empty file is said to be empty', async () => {
  await expect(open(file('a.npy', ''))).rejects.toMatchObject({
    message: expect.stringContaining('is empty') as string,
  })
})

it('source code is text, as a file and in a folder', async () => {
  for (const name of ['a', 'b']) file(`${name}.py`, 'def f(x):\n    return x\n'.repeat(20))
  expect(await open(join(folder, 'a.py'), { length: 8 })).toMatchObject({ kind: 'tokens' })
  expect(await open(folder, { length: 8 })).toMatchObject({ kind: 'tokens' })
})
