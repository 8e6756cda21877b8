import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe as suite, expect, it } from 'vitest'
import { builtinDataset, describe, writeNpy, writeNpz } from '../../../src/files/data/index.ts'
import { openDataset, readBytes } from '../../../src/files/data/node/index.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-data-'))
afterAll(() => rmSync(root, { recursive: true }))

let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, `set-${count++}`)
  mkdirSync(folder)
})

/** Writes a file into the folder of the test, and gives its path. */
function write(name: string, content: Uint8Array | string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

const dataError = (message: string) =>
  expect.objectContaining({ code: 'data', message: expect.stringContaining(message) })

const idxImages = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40)
const idxLabels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3)

suite('built-in sets', () => {
  it('are opened by name', async () => {
    const set = await openDataset('moons', { length: 50, seed: 3 })
    expect(set).toEqual(builtinDataset('moons', { length: 50, seed: 3 }))
    expect((await openDataset('builtin:circles', { length: 5 })).name).toBe('circles')
  })

  it('are suggested where the name has a slip, and listed', async () => {
    await expect(openDataset('glpyhs')).rejects.toMatchObject({ code: 'data', hint: /did you mean glyphs\?.*pinwheel/ })
    const hint = expect.not.stringContaining('did you mean')
    await expect(openDataset('/no/such/folder')).rejects.toMatchObject({ code: 'data', hint })
  })

  it('are not resized', async () => {
    await expect(openDataset('glyphs', { length: 2, size: 32 })).rejects.toMatchObject({ code: 'usage' })
    expect((await openDataset('glyphs', { length: 2, size: 28, channels: 1 })).length).toBe(2)
  })
})

suite('IDX', () => {
  it.each([
    ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'],
    ['images-idx3-ubyte', 'labels-idx1-ubyte'],
    ['train-images.idx3-ubyte', 'train-labels.idx1-ubyte.gz'],
  ])('%s with %s, as a file and as a folder', async (images, labels) => {
    const pack = (name: string, bytes: Uint8Array) => (name.endsWith('.gz') ? gzipSync(bytes) : bytes)
    const path = write(images, pack(images, idxImages))
    write(labels, pack(labels, idxLabels))
    for (const set of [await openDataset(path), await openDataset(folder), await openDataset(`${folder}/`)]) {
      expect(set).toMatchObject({ kind: 'image', shape: [1, 1, 2], length: 2, classNames: [...'0123456789'] })
      expect([...set.data, ...set.labels!]).toEqual([10, 20, 30, 40, 7, 3])
    }
  })

  it('opens the test images where asked', async () => {
    write('train-images-idx3-ubyte', idxImages)
    write(
      't10k-images-idx3-ubyte',
      idxImages.map((v, i) => (i < 16 ? v : v + 1)),
    )
    expect([...(await openDataset(folder, { split: 'test' })).data]).toEqual([11, 21, 31, 41])
    expect((await openDataset(folder)).data[0]).toBe(10)
  })

  it('works without labels, and refuses labels of another set', async () => {
    const path = write('images-idx3-ubyte', idxImages)
    expect((await openDataset(path)).labels).toBeUndefined()
    await expect(openDataset(path, { labels: true })).rejects.toEqual(dataError('no labels beside it'))
    write('labels-idx1-ubyte', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7))
    await expect(openDataset(path)).rejects.toEqual(dataError('1 labels for 2 items'))
    expect((await openDataset(path, { labels: false })).labels).toBeUndefined()
  })

  it.each([
    ['a cut gzip file', gzipSync(idxImages).subarray(0, 25), 'broken gzip file'],
    ['a cut file', idxImages.subarray(0, 18), 'but 2 bytes follow'],
    ['an empty file', new Uint8Array(0), 'no known format'],
  ])('refuses %s, with the path', async (_what, bytes, message) => {
    const path = write('images-idx3-ubyte', bytes)
    await expect(openDataset(path)).rejects.toEqual(dataError(message))
    await expect(openDataset(path)).rejects.toEqual(dataError(path))
  })
})

suite('other files', () => {
  it('CIFAR-10 folders', async () => {
    const batch = (label: number, n: number) => new Uint8Array(3073 * n).fill(label)
    write('data_batch_1.bin', batch(1, 2))
    write('data_batch_2.bin', batch(2, 1))
    write('test_batch.bin', batch(3, 1))
    write('batches.meta.txt', 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n')
    const set = await openDataset(folder)
    expect(set).toMatchObject({ length: 3, shape: [3, 32, 32], classNames: [...'abcdefghij'] })
    expect([...set.labels!]).toEqual([1, 1, 2])
    expect([...(await openDataset(folder, { split: 'test' })).labels!]).toEqual([3])
    expect((await openDataset(join(folder, 'data_batch_2.bin'))).classNames).toContain('frog')
  })

  it('npy with the labels beside, npz with the labels inside', async () => {
    const images = { shape: [2, 3, 3], data: Uint8Array.from(Array(18).keys()) }
    const labels = { shape: [2], data: BigInt64Array.of(1n, 0n) }
    const path = write('images.npy', writeNpy(images))
    write('labels.npy', writeNpy(labels))
    const packed = write('set.npz.gz', gzipSync(writeNpz({ other: labels, x: images, y: labels })))
    for (const set of [await openDataset(path), await openDataset(packed)]) {
      expect(set).toMatchObject({ kind: 'image', shape: [1, 3, 3], labels: Int32Array.of(1, 0) })
      expect(set.data).toEqual(images.data)
    }
    await expect(openDataset(folder)).rejects.toEqual(dataError('more than one data file'))
    const nameless = write('nameless.npz', writeNpz({ z: images }))
    await expect(openDataset(nameless)).rejects.toEqual(dataError('none of the arrays images, x, data, arr_0'))
  })

  it('tables, also alone in a folder', async () => {
    write('points.csv', 'x,y,class\n1,2,a\n3,4,b\n')
    expect(await openDataset(folder)).toMatchObject({ kind: 'points', shape: [2], classNames: ['a', 'b'] })
    const set = await openDataset(join(folder, 'points.csv'), { labelColumn: 'y' }).catch((error: unknown) => error)
    expect(set).toEqual(dataError('"a" is no number'))
  })

  it('says what to do with a single image and an unknown file', async () => {
    await expect(openDataset(write('a.png', 'x'))).rejects.toMatchObject({ hint: expect.stringContaining('folder') })
    await expect(openDataset(write('a.xyz', 'x'))).rejects.toEqual(dataError('no known format'))
  })
})

suite('readBytes', () => {
  it('stops a gzip bomb, and a large file', async () => {
    const bomb = write('bomb.gz', gzipSync(new Uint8Array(3_000_000)))
    await expect(readBytes(bomb, 100_000)).rejects.toEqual(dataError('unpacks to more than 100000 bytes'))
    expect((await readBytes(bomb, 3_000_000)).length).toBe(3_000_000)
    await expect(readBytes(bomb, 100)).rejects.toEqual(dataError('at most 100 allowed'))
    await expect(openDataset(bomb, { maxBytes: 100_000 })).rejects.toEqual(dataError('unpacks to more'))
  })

  it('refuses what is no file', async () => {
    await expect(readBytes(folder)).rejects.toEqual(dataError('cannot be read'))
    symlinkSync('nowhere', join(folder, 'broken'))
    await expect(readBytes(join(folder, 'broken'))).rejects.toEqual(dataError('no such file'))
  })

  it('can be interrupted', async () => {
    const signal = AbortSignal.abort()
    await expect(readBytes(write('a.csv', '1,2'), 100, signal)).rejects.toMatchObject({ code: 'interrupted' })
  })
})

suite('real data', () => {
  const shared = '../shared/data'

  it.skipIf(!existsSync(`${shared}/mnist`))('MNIST', async () => {
    const set = await openDataset(`${shared}/mnist`)
    expect(set).toMatchObject({ kind: 'image', shape: [1, 28, 28], length: 9000 })
    const { mean, std, classCounts } = describe(set)
    expect(mean[0]).toBeCloseTo(33.3, -0.5)
    expect(std[0]).toBeCloseTo(78.6, -0.5)
    expect(classCounts!.every((n) => n > 700 && n < 1100)).toBe(true)
  })

  it.skipIf(!existsSync(`${shared}/digits8`))('digits, 8 × 8', async () => {
    const set = await openDataset(`${shared}/digits8`)
    expect(set).toMatchObject({ shape: [1, 8, 8], length: 1797 })
    expect(describe(set).classCounts!.every((n) => n > 170 && n < 190)).toBe(true)
  })

  it.skipIf(!existsSync(`${shared}/tabular`))('tables', async () => {
    const iris = await openDataset(`${shared}/tabular/iris.csv`, { labelColumn: -1 })
    expect(iris).toMatchObject({ shape: [4], length: 150, classNames: ['0', '1', '2'] })
    expect(await openDataset(`${shared}/tabular/diabetes.csv`)).toMatchObject({ shape: [11], length: 442 })
  })

  it.skipIf(!existsSync(`${shared}/photos`))('photographs', async () => {
    const set = await openDataset(`${shared}/photos`)
    expect(set).toMatchObject({ shape: [3, 64, 64], length: 2, skipped: [] })
  })
})
