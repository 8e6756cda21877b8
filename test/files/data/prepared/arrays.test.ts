/** Arrays in a prepared copy on disk are those in memory. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../../../../src/files/data/dataset.ts'
import { writeNpy, writeNpz } from '../../../../src/files/data/index.ts'
import type { NumericArray } from '../../../../src/files/data/nd-array.ts'
import { openSource } from '../../../../src/files/data/node/index.ts'
import { piecesOf } from '../../../../src/files/data/stored-dataset.ts'
import { numpyFile } from '../numpy-files.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-arrays-'))
afterAll(() => rmSync(root, { recursive: true }))

let files = 0
const folderWith = (contents: Record<string, Uint8Array>): string => {
  const folder = join(root, `set-${files++}`)
  mkdirSync(folder)
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(folder, name), bytes)
  return folder
}

const open = async (path: string, more: object, how: object): Promise<ArrayDataset> =>
  (await openSource({ path, ...more }, how)).train as ArrayDataset

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Opens a file from disk and in memory, and compares everything. */
async function same(path: string, more: object = {}): Promise<ArrayDataset> {
  const memory = await open(path, more, { inMemory: true })
  const disk = await open(path, more, { dataCache: join(root, `cache-${files++}`) })
  expect(disk.stored).toBeDefined()
  const { buffer, byteOffset, byteLength } = memory.data
  const pieces: Buffer[] = []
  for (const piece of piecesOf(disk)) pieces.push(Buffer.from(bytesOf(piece)))
  expect(Buffer.concat(pieces).equals(Buffer.from(buffer, byteOffset, byteLength))).toBe(true)
  for (const name of ['name', 'kind', 'shape', 'length', 'range', 'affine', 'labels', 'classNames'] as const) {
    expect(disk[name], name).toEqual(memory[name])
  }
  expect(disk.remarks!.slice(0, -1)).toEqual(memory.remarks ?? [])
  return disk
}

const numbers = <T extends NumericArray>(array: T): T => array.map((_, i) => ((i * 37 + 11) % 251) as never) as T
const array = (shape: number[], type: new (length: number) => NumericArray): Uint8Array =>
  writeNpy({ shape, data: numbers(new type(shape.reduce((a, b) => a * b, 1))) })

describe('arrays on disk are those in memory', () => {
  it.each([
    ['bytes, channels first', [7, 3, 8, 9], Uint8Array],
    ['bytes, channels last', [7, 8, 8, 3], Uint8Array],
    ['grey bytes', [9, 8, 8], Uint8Array],
    ['whole numbers as images', [5, 1, 8, 8], Int16Array],
    ['points', [50, 3], Float64Array],
    ['numbers', [20], Float32Array],
    ['arrays', [6, 2, 3, 4, 5], Float32Array],
    ['long numbers', [6, 4], BigInt64Array],
  ] as const)('%s', async (_, shape, type) => {
    const bytes =
      type === BigInt64Array
        ? writeNpy({ shape, data: BigInt64Array.from({ length: 24 }, (__, i) => BigInt(i)) })
        : array([...shape], type as new (length: number) => NumericArray)
    await same(join(folderWith({ 'x.npy': bytes }), 'x.npy'))
  })

  it('bytes that are 0 and 1 only are black and white', async () => {
    const data = Uint8Array.from({ length: 5 * 64 }, (_, i) => ((i * 7) % 3) & 1)
    const disk = await same(join(folderWith({ 'x.npy': writeNpy({ shape: [5, 8, 8], data }) }), 'x.npy'))
    expect(disk.range).toEqual([0, 1])
  })

  it('with the labels beside them, of a folder too', async () => {
    const labels = writeNpy({ shape: [9], data: Int32Array.from([3, 5, 3, 5, 3, 3, 5, 5, 3]) })
    const folder = folderWith({ 'images.npy': array([9, 8, 8], Uint8Array), 'labels.npy': labels })
    expect((await same(folder)).classNames).toEqual(['3', '5'])
    await same(join(folder, 'images.npy'), { unlabelled: true })
  })

  it('in more than one portion', async () => {
    const disk = await same(join(folderWith({ 'x.npy': array([70, 3, 160, 160], Uint8Array) }), 'x.npy'))
    expect(disk.length).toBe(70)
  })

  it('numpy wrote', async () => {
    await same(join(folderWith({ 'x.npz': numpyFile('npz') }), 'x.npz'))
    await same(join(folderWith({ 'x.npz': numpyFile('npz compressed') }), 'x.npz'))
    await same(join(folderWith({ 'x.npy': numpyFile('f4 big-endian') }), 'x.npy'))
  })

  it('of an npz, stored and packed', async () => {
    const images = { shape: [9, 8, 8], data: numbers(new Uint8Array(576)) }
    const labels = { shape: [9], data: Int32Array.from([0, 1, 2, 0, 1, 2, 0, 1, 2]) }
    await same(join(folderWith({ 'x.npz': writeNpz({ images, labels }) }), 'x.npz'))
    const packed = zipSync({ 'images.npy': writeNpy(images), 'labels.npy': writeNpy(labels) }, { level: 6 })
    await same(join(folderWith({ 'x.npz': packed }), 'x.npz'))
  })
})

describe('what cannot be read in pieces', () => {
  const cache = join(root, 'refused')
  const refused = (path: string, more: object = {}) => open(path, more, { dataCache: cache })
  it('is refused, and nothing is left', async () => {
    const fortran = join(folderWith({ 'x.npy': numpyFile('u1 3d fortran') }), 'x.npy')
    await expect(refused(fortran)).rejects.toMatchObject({ code: 'data', message: expect.stringMatching(/Fortran/) })
    const clouds = join(folderWith({ 'x.npy': array([4, 40, 3], Float32Array) }), 'x.npy')
    await expect(refused(clouds)).rejects.toMatchObject({ code: 'data', hint: expect.stringMatching(/inMemory/) })
    const infinite = Float32Array.from({ length: 40 }, (_, i) => (i === 33 ? Infinity : i))
    const wrong = join(folderWith({ 'x.npy': writeNpy({ shape: [20, 2], data: infinite }) }), 'x.npy')
    await expect(refused(wrong)).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/item 16 holds Infinity/),
    })
    const whole = array([9, 8, 8], Uint8Array)
    const cut = join(folderWith({ 'x.npy': whole.subarray(0, -70) }), 'x.npy')
    await expect(refused(cut)).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/506 bytes/),
      hint: expect.stringMatching(/cut off/),
    })
    const npz = writeNpz({ images: { shape: [9, 8, 8], data: numbers(new Uint8Array(576)) } })
    npz[npz.indexOf(11, 200)]! ^= 1
    const damaged = join(folderWith({ 'x.npz': npz }), 'x.npz')
    await expect(refused(damaged)).rejects.toMatchObject({ code: 'data', message: expect.stringMatching(/damaged/) })
    const fine = join(folderWith({ 'x.npy': whole, file: new Uint8Array(1) }), 'x.npy')
    const nowhere = open(fine, {}, { dataCache: join(fine, 'cache') })
    await expect(nowhere).rejects.toMatchObject({ code: 'data', hint: expect.stringMatching(/dataCache/) })
    expect(readdirSync(cache)).toEqual([])
    expect(readFileSync(fortran)).toHaveLength(numpyFile('u1 3d fortran').length)
  })
})
