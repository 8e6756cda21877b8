/** Prepared copies on disk: made once, checked at every read, made anew when damaged or outdated. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, infiniteStream, nat, property } from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../../../../src/files/data/dataset.ts'
import { describe as summary } from '../../../../src/files/data/describe.ts'
import { loadBatch } from '../../../../src/files/data/normalise.ts'
import { openSource } from '../../../../src/files/data/node/index.ts'
import { piecesOf } from '../../../../src/files/data/stored-dataset.ts'
import { select, take } from '../../../../src/files/data/subset.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-prepared-'))
afterAll(() => rmSync(root, { recursive: true }))

const photos = join(root, 'photos')
const count = 24
beforeAll(async () => {
  for (const name of ['cats', 'dogs']) mkdirSync(join(photos, name), { recursive: true })
  for (let i = 0; i < count; i++) {
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, p) => (p * 7 + i * 31) % 256)
    const image = sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
    await image.png().toFile(join(photos, i % 3 ? 'cats' : 'dogs', `${String(i).padStart(3, '0')}.png`))
  }
  writeFileSync(join(photos, 'cats', 'broken.png'), 'no picture')
})

let caches = 0
const newCache = (): string => join(root, `cache-${caches++}`)
const open = async (dataCache: string | undefined, more: object = {}, path = photos): Promise<ArrayDataset> =>
  (await openSource({ path, ...more }, dataCache ? { dataCache } : { inMemory: true })).train as ArrayDataset

/** All values, copied. */
const valuesOf = (dataset: ArrayDataset): number[] => ([...piecesOf(dataset)].length > 0 ? [...copied(dataset)] : [])
function* copied(dataset: ArrayDataset): Generator<number> {
  for (const piece of piecesOf(dataset)) yield* piece
}

/** The one prepared copy in a cache. */
const copyIn = (cache: string): string =>
  join(
    cache,
    readdirSync(cache).find((name) => /^[0-9a-f]{16}$/.test(name))!,
  )

const flip = (path: string, at: number): void => {
  const file = openSync(path, 'r+')
  writeSync(file, Uint8Array.of(readFileSync(path)[at]! ^ 16), 0, 1, at)
  closeSync(file)
}

describe('items on disk', () => {
  it('are those in memory, with labels, names and what was left out', async () => {
    const [memory, disk] = [await open(undefined), await open(newCache())]
    expect(disk.stored).toBeDefined()
    expect(valuesOf(disk)).toEqual(valuesOf(memory))
    for (const name of ['name', 'kind', 'shape', 'length', 'range', 'labels', 'classNames', 'skipped'] as const) {
      expect(disk[name], name).toEqual(memory[name])
    }
    expect(summary(disk)).toEqual(summary(memory))
    expect(disk.remarks!.at(-1)).toMatch(/read from disk/)
  })

  it('have their parts, and parts of parts', async () => {
    const [memory, disk] = [await open(undefined), await open(newCache())]
    assert(
      property(
        array(nat({ max: count - 1 }), { minLength: 1, maxLength: 30 }),
        infiniteStream(nat()),
        (first, stream) => {
          const second = Array.from({ length: 7 }, () => stream.next().value! % first.length)
          const parts = [memory, disk].map((whole) => select(select(whole, first), second))
          const [a, b] = parts.map((part) => loadBatch(part, [...second.keys()], new Float32Array(7 * 192)))
          expect(b).toEqual(a)
          expect(parts[1]!.labels).toEqual(parts[0]!.labels)
          expect([...parts[1]!.stored!.checks()]).toHaveLength(7)
        },
      ),
      { numRuns: 20 },
    )
    expect(valuesOf(take(disk, 5))).toEqual(valuesOf(take(memory, 5)))
  })

  it('are the same whether they were read ahead or not', async () => {
    const disk = await open(newCache())
    const indices = [3, 1, 20, 3, 7]
    const before = loadBatch(disk, indices, new Float32Array(5 * 192))
    for (let step = 0; step < 6; step++) disk.stored!.ahead(indices.map((i) => (i + step) % count))
    await new Promise((resolve) => setTimeout(resolve, 50))
    disk.stored!.ahead(indices)
    expect(loadBatch(disk, indices, new Float32Array(5 * 192))).toEqual(before)
  })

  it('refuse to be in memory all at once', async () => {
    const disk = await open(newCache())
    expect(() => disk.data).toThrow(
      expect.objectContaining({ code: 'data', hint: expect.stringContaining('inMemory') }),
    )
  })

  it.each([
    ['grey, then colour, then opacity', [{ a: 9 }, { a: 9, b: 40 }, { a: 9, b: 40, opacity: 128 }]],
    ['opacity first', [{ a: 9, opacity: 7 }, { a: 9 }, { a: 200, b: 3 }]],
    [
      'one colour everywhere',
      [
        { a: 9, b: 3 },
        { a: 9, b: 3 },
      ],
    ],
    ['one grey everywhere', [{ a: 9 }, { a: 9 }]],
  ])('have the channels that all images need: %s', async (name, colours) => {
    const folder = join(root, name.replaceAll(/\W+/g, '-'))
    mkdirSync(folder)
    for (const [i, { a, b = a, opacity = 255 }] of (
      colours as { a: number; b?: number; opacity?: number }[]
    ).entries()) {
      const data = Uint8Array.from({ length: 64 * 4 }, (_, p) => [a, b, a, opacity][p % 4]!)
      await sharp(data, { raw: { width: 8, height: 8, channels: 4 } })
        .png()
        .toFile(join(folder, `${i}.png`))
    }
    for (const channels of [undefined, 1, 3] as const) {
      const reading = { ...(channels && { channels }) }
      const [memory, disk] = [await open(undefined, reading, folder), await open(newCache(), reading, folder)]
      expect(disk.shape).toEqual(memory.shape)
      expect(valuesOf(disk)).toEqual(valuesOf(memory))
      expect(disk.remarks!.slice(0, -1)).toEqual(memory.remarks)
    }
  })
})

describe('a prepared copy', () => {
  it('is used again: the pictures are not read', async () => {
    const cache = newCache()
    const first = await open(cache)
    const made = readFileSync(join(copyIn(cache), 'facts.json'), 'utf8')
    const again = await open(cache)
    expect(readFileSync(join(copyIn(cache), 'facts.json'), 'utf8')).toBe(made)
    expect(valuesOf(again)).toEqual(valuesOf(first))
    expect(again.skipped).toEqual(first.skipped)
  })

  it.each([
    ['cut off', (copy: string) => truncateSync(join(copy, 'items'), 500)],
    ['without its items', (copy: string) => rmSync(join(copy, 'items'))],
    ['with a bit flipped in the facts', (copy: string) => flip(join(copy, 'facts.json'), 100)],
    ['with a bit flipped in the labels', (copy: string) => flip(join(copy, 'labels'), 8)],
    ['with a bit flipped in the places', (copy: string) => flip(join(copy, 'places'), 8)],
  ])('%s is made anew, and that is said', async (_, harm) => {
    const cache = newCache()
    const first = valuesOf(await open(cache))
    harm(copyIn(cache))
    const again = await open(cache)
    expect(valuesOf(again)).toEqual(first)
    expect(again.remarks!.join('\n')).toMatch(/it is made anew/)
    expect((await open(cache)).remarks!.join('\n')).not.toMatch(/it is made anew/)
  })

  it('with a bit flipped in an item is found when that is read, and made anew the next time', async () => {
    const cache = newCache()
    const first = await open(cache)
    const values = valuesOf(first)
    flip(join(copyIn(cache), 'items'), 192 * 5 + 17)
    const harmed = await open(cache)
    expect(() => valuesOf(harmed)).toThrow(
      expect.objectContaining({ code: 'data', message: expect.stringMatching(/damaged/) }),
    )
    expect(valuesOf(await open(cache))).toEqual(values)
  })

  it('is made anew where a file has changed', async () => {
    const cache = newCache()
    await open(cache)
    utimesSync(join(photos, 'dogs', '000.png'), 1, 1)
    expect((await open(cache)).remarks!.join('\n')).toMatch(/changed since/)
  })

  it('of other options is another', async () => {
    const cache = newCache()
    await open(cache)
    const grey = await open(cache, { channels: 1 })
    expect(grey.shape).toEqual([1, 8, 8])
    expect((await open(cache)).shape).toEqual([3, 8, 8])
  })

  it('is made once by two who need it at once, and nothing is left beside it', async () => {
    const cache = newCache()
    const both = await Promise.all([open(cache), open(cache), open(cache)])
    const values = valuesOf(both[0]!)
    for (const each of both) expect(valuesOf(each)).toEqual(values)
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it('that was interrupted leaves nothing, and what processes that are gone left is swept', async () => {
    const cache = newCache()
    await open(cache, { channels: 1 })
    const stopped = new AbortController()
    const opening = openSource(
      { path: photos },
      { dataCache: cache, signal: stopped.signal, onProgress: (done) => done === 5 && stopped.abort() },
    )
    await expect(opening).rejects.toMatchObject({ code: 'interrupted' })
    expect(readdirSync(cache)).toHaveLength(1)
    expect((await open(cache)).length).toBe(count)
  })

  it('that cannot be written is an error that says where', async () => {
    const file = join(root, 'a file')
    writeFileSync(file, '')
    await expect(open(join(file, 'cache'))).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining(file),
      hint: expect.stringContaining('dataCache'),
    })
    expect(existsSync(join(file, 'cache'))).toBe(false)
  })
})
