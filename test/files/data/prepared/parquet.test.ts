/** Parquet with pictures: from memory and from a prepared copy. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../../../../src/files/data/dataset.ts'
import { openSource } from '../../../../src/files/data/node/index.ts'
import { loadBatch } from '../../../../src/files/data/normalise.ts'
import { parquetFile } from './parquet-files.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-parquet-'))
afterAll(() => rmSync(root, { recursive: true }))

const write = (name: string, bytes: Uint8Array): string => {
  const path = join(root, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
  return path
}
const open = async (path: string, more: object = {}, how: object = { inMemory: true }): Promise<ArrayDataset> =>
  (await openSource({ path, ...more }, how)).train as ArrayDataset

/** The value of a picture's pixel, as the file was made: (11 x + 7 y + 50 c + 29 i) mod 256. */
const expected = (count: number): number[] =>
  Array.from({ length: count * 192 }, (_, at) => {
    const [i, c, y, x] = [Math.floor(at / 192), Math.floor(at / 64) % 3, Math.floor(at / 8) % 8, at % 8]
    return (11 * x + 7 * y + 50 * c + 29 * i) % 256
  })

describe('Parquet with pictures', () => {
  it.each(['hub-snappy', 'hub-zstd'] as const)('%s: pixels, classes with names, captions', async (name) => {
    const set = await open(write(`${name}.parquet`, parquetFile(name)), { captions: true })
    expect(set.shape).toEqual([3, 8, 8])
    expect([...set.data]).toEqual(expected(5))
    expect([...set.labels!]).toEqual([1, 0, 2, 1, 0])
    expect(set.classNames).toEqual(['ant', 'bee', 'cat'])
    expect(set.captions).toEqual([0, 1, 2, 3, 4].map((i) => [`number ${i}`]))
  })

  it('from disk it is the same', async () => {
    const path = write('disk.parquet', parquetFile('hub-snappy'))
    const [memory, disk] = [await open(path), await open(path, {}, { dataCache: join(root, 'cache') })]
    const indices = [4, 0, 3]
    expect(loadBatch(disk, indices, new Float32Array(576))).toEqual(loadBatch(memory, indices, new Float32Array(576)))
    expect(disk.labels).toEqual(memory.labels)
  })

  it('in a folder as the hub has them, one split is read', async () => {
    write('hub/README.md', new Uint8Array(0))
    for (const name of ['train-00000-of-00002', 'train-00001-of-00002', 'test-00000-of-00001']) {
      write(`hub/data/${name}.parquet`, parquetFile('hub-snappy'))
    }
    expect((await open(join(root, 'hub'))).length).toBe(10)
    expect((await open(join(root, 'hub'), { split: 'test' })).length).toBe(5)
    expect((await open(join(root, 'hub', 'data', 'train-{00000..00001}-of-00002.parquet'))).length).toBe(10)
    await expect(open(join(root, 'hub'), { split: 'validation' })).rejects.toMatchObject({ code: 'data' })
  })

  it('says what is wrong', async () => {
    await expect(open(write('plain.parquet', parquetFile('plain')))).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/no column of pictures; it has a, b/),
    })
    const whole = parquetFile('hub-snappy')
    for (const bytes of [whole.subarray(0, -300), whole.subarray(0, 3), new Uint8Array(64)]) {
      await expect(open(write('cut.parquet', bytes))).rejects.toMatchObject({ code: 'data' })
    }
    await expect(open(write('asked.parquet', whole), { labelColumn: 'kind' })).rejects.toMatchObject({ code: 'data' })
    await expect(open(write('asked.parquet', whole), { captions: ['words'] })).rejects.toMatchObject({ code: 'data' })
  })
})
