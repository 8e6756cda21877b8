/** From a path and options to a source, and from a source to data. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../../../src/files/data/dataset.ts'
import { datasetFromArray } from '../../../src/files/data/from-array.ts'
import { writeNpy } from '../../../src/files/data/formats/npy.ts'
import { openSource } from '../../../src/files/data/node/open-source.ts'
import { sourceOf } from '../../../src/files/data/node/source-of.ts'
import { dataOptions } from '../../../src/files/data/options.ts'
import type { DataReader } from '../../../src/files/data/reader.ts'
import type { DataSource } from '../../../src/files/data/source.ts'
import { dataSourceSchema } from '../../../src/files/data/source-schema.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-source-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

beforeAll(async () => {
  for (const split of ['Train', 'test']) {
    for (const kind of ['cat', 'dog']) {
      mkdirSync(join(root, 'set', split, kind), { recursive: true })
      for (let i = 0; i < (split === 'test' ? 2 : 4); i++) {
        const background = { r: 40 * i, g: kind === 'cat' ? 200 : 20, b: 0 }
        await sharp({ create: { width: 12, height: 10, channels: 3, background } })
          .png()
          .toFile(join(root, 'set', split, kind, `${i}.png`))
      }
    }
  }
})

const plain = (source: DataSource): unknown => JSON.parse(JSON.stringify(source))

describe('sourceOf', () => {
  it('makes paths absolute, and leaves names of built-in sets', async () => {
    const path = relative(process.cwd(), join(root, 'set'))
    expect(await sourceOf(path, { holdOut: 0.25 })).toMatchObject({
      path: join(root, 'set'),
      holdOut: 0.25,
      holdOutManner: 'random',
    })
    expect(plain(await sourceOf('moons', {}))).toEqual({ path: 'moons' })
    expect(plain(await sourceOf('maps', { items: 5 }))).toEqual({ path: 'maps', length: 5 })
  })

  it('knows texts, and their tokenizers by absolute paths', async () => {
    writeFileSync(join(root, 'tale.txt'), 'once upon a time')
    writeFileSync(join(root, 'tok.json'), '{}')
    const tokens = relative(process.cwd(), join(root, 'tok.json'))
    expect(await sourceOf(join(root, 'tale.txt'), { tokens, length: 4 })).toMatchObject({
      tokens: { tokenizer: join(root, 'tok.json'), length: 4 },
      holdOut: 0.1,
    })
  })

  it('refuses what makes no sense together', async () => {
    const refused = async (path: string, values: Readonly<Record<string, unknown>>): Promise<unknown> =>
      sourceOf(path, values).catch((error: Error) => error.message)
    expect(await refused('moons', { size: 8, crop: 8 })).toMatch('`size` scales images and `crop` cuts')
    expect(await refused('moons', { upscale: true, crop: 8 })).toMatch('`upscale` is for images that are scaled')
    expect(await refused('moons', { length: 8 })).toMatch('`length` is for tokens')
    expect(await refused(join(root, 'tale.txt'), { background: 'white' })).toMatch('`background` is for images')
    expect(await refused(join(root, 'x.csv'), { tokens: 'columns', as: 'points' })).toMatch(
      '`as` is not for tables of tokens',
    )
  })

  it('survives being written and read', async () => {
    const source = await sourceOf(join(root, 'set'), { size: [10, 12], channels: 4, split: 'test', background: 'red' })
    expect(dataSourceSchema.parse(plain(source))).toEqual(plain(source))
    expect(dataSourceSchema.safeParse({ path: 'x', size: 'large' }).success).toBe(false)
  })
})

describe('sizes as they are typed', () => {
  const { parse } = dataOptions.size
  it('are a side, or width x height', () => {
    expect([parse('32'), parse('48x32'), parse('48×32')]).toEqual([32, [32, 48], [32, 48]])
    for (const wrong of ['0', 'x', '8x', '8x8x8', '-1x8']) expect(() => parse(wrong)).toThrow(/^It must be/)
  })
})

describe('openSource', () => {
  it('reads one split at its own size, and says what was left out', async () => {
    const { train, heldOut, report } = await openSource(await sourceOf(join(root, 'set'), { holdOut: 0.25 }))
    expect(train).toMatchObject({ length: 6, shape: [3, 10, 12], classNames: ['cat', 'dog'] })
    expect([...train.labels!, ...heldOut!.labels!].sort()).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
    expect(new Set(heldOut!.labels)).toEqual(new Set([0, 1]))
    expect(report.join()).toContain('Train/ is read, test/ (4 images) left out')
    const test = await openSource(await sourceOf(join(root, 'set'), { split: 'test', unconditional: true }))
    expect(test.train).toMatchObject({ length: 4, labels: undefined })
  })

  it('fits images: cut, framed or stretched', async () => {
    const shapes = ['cover', 'contain', 'stretch'].map(async (fit) => {
      const { train } = await openSource(await sourceOf(join(root, 'set'), { size: [8, 16], upscale: true, fit }))
      return { shape: train.shape, corner: (train as ArrayDataset).data[0] }
    })
    const [cover, contain, stretch] = await Promise.all(shapes)
    for (const each of [cover, contain, stretch]) expect(each!.shape).toEqual([3, 8, 16])
    expect([cover!.corner, contain!.corner, stretch!.corner]).toEqual([0, 255, 0])
  })

  it('refuses what cannot be done with such data', async () => {
    const path = join(root, 'x.npy')
    writeFileSync(path, writeNpy({ shape: [4, 12, 12], data: new Float32Array(576).map((_, i) => i) }))
    await expect(openSource({ path, upscale: true })).rejects.toThrow('`upscale` is for a folder of images')
    await expect(openSource({ path, labelColumn: 1 })).rejects.toThrow('`labelColumn` is for a table')
    expect((await openSource({ path })).train).toMatchObject({ kind: 'image', shape: [1, 12, 12] })
    expect((await openSource({ path, as: 'arrays' })).train).toMatchObject({ kind: 'array', shape: [12, 12] })
    await expect(openSource({ path: 'moons', background: 'red' })).rejects.toThrow('`background` is for a folder')
  })

  it('asks readers of one own first', async () => {
    const path = join(root, 'numbers.mine')
    writeFileSync(path, '1 2 3 4')
    const mine: DataReader = {
      accepts: (name) => name.endsWith('.mine'),
      read: () => datasetFromArray({ shape: [4], data: Float32Array.of(1, 2, 3, 4) }, { name: 'mine' }),
    }
    const { train, heldOut } = await openSource({ path, holdOut: 0.25 }, { readers: { mine } })
    expect([...(heldOut as ArrayDataset).data]).toEqual([4])
    expect(train).toMatchObject({ name: 'mine', kind: 'points', length: 3 })
    await expect(openSource({ path })).rejects.toThrow(/no known format/)
  })

  it('holds out the end where a run of before did', async () => {
    const { heldOut } = await openSource({ path: join(root, 'set'), holdOut: 0.5 })
    expect([...heldOut!.labels!]).toEqual([1, 1, 1, 1])
  })
})
