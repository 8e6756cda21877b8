/** Shards of WebDataset: pictures, classes and captions by their keys. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../../../../src/files/data/dataset.ts'
import { openSource, sourceOf } from '../../../../src/files/data/node/index.ts'
import { piecesOf } from '../../../../src/files/data/stored-dataset.ts'
import { tarOf } from '../../../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-shards-'))
afterAll(() => rmSync(root, { recursive: true }))

const pictures: Uint8Array[] = []
beforeAll(async () => {
  for (let i = 0; i < 12; i++) {
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, p) => (p * 5 + i * 19) % 256)
    pictures.push(
      await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
        .png()
        .toBuffer(),
    )
  }
})

let files = 0
const write = (bytes: Uint8Array, name = 'x.tar'): string => {
  const folder = join(root, `set-${files++}`)
  mkdirSync(folder)
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

const open = async (path: string, more: object = {}, how: object = { inMemory: true }) => {
  const { train, report } = await openSource({ path, ...more }, how)
  const { length, labels, classNames, captions, skipped } = train as ArrayDataset
  return { train: train as ArrayDataset, report, length, labels, classNames, captions, skipped }
}

/** The pictures of some of the files, as a folder of them is read. */
async function pixelsOf(which: readonly number[]): Promise<number[]> {
  const all: number[] = []
  for (const i of which) {
    const { data } = await sharp(pictures[i]).raw().toBuffer({ resolveWithObject: true })
    for (let c = 0; c < 3; c++) for (let p = 0; p < 64; p++) all.push(data[3 * p + c]!)
  }
  return all
}

const dataError = (message: RegExp) => ({ code: 'data', message: expect.stringMatching(message) })
const set = (count: number, more: (i: number) => Record<string, Uint8Array | string> = () => ({})) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => ({ [`${i}`.padStart(4, '0') + '.png']: pictures[i]!, ...more(i) })).flatMap(
      (each) => Object.entries(each),
    ),
  )

describe('shards of WebDataset', () => {
  it('have their pictures, classes and captions by their keys', async () => {
    const path = write(
      tarOf(set(4, (i) => ({ [`000${i}.cls`]: `${i % 2}\n`, [`000${i}.txt`]: i === 2 ? '' : `number ${i}\n` }))),
    )
    const { train, labels, classNames, captions, report } = await open(path, { captions: true })
    expect([...train.data]).toEqual(await pixelsOf([0, 1, 2, 3]))
    expect([...labels!]).toEqual([0, 1, 0, 1])
    expect(classNames).toBeUndefined()
    expect(captions).toEqual([['number 0'], ['number 1'], [], ['number 3']])
    expect(report.join('\n')).toMatch(/1 of 4 images have no caption/)
  })

  it('say classes and captions in .json', async () => {
    const json = (i: number): string => JSON.stringify({ label: ['cat', 'dog'][i % 2], caption: `a ${i}`, other: 'x' })
    const path = write(tarOf(set(3, (i) => ({ [`000${i}.json`]: json(i) }))))
    const { labels, classNames, captions } = await open(path, { captions: true })
    expect([...labels!]).toEqual([0, 1, 0])
    expect(classNames).toEqual(['cat', 'dog'])
    expect(captions).toEqual([['a 0'], ['a 1'], ['a 2']])
    expect((await open(path, { captions: ['other'] })).captions).toEqual([['x'], ['x'], ['x']])
  })

  it('are read together, by a pattern or as a folder', async () => {
    const folder = join(root, 'many')
    mkdirSync(folder)
    for (let s = 0; s < 3; s++) {
      const own = [0, 1, 2, 3].map((i) => [`${i}.png`, pictures[4 * s + i]!] as const)
      writeFileSync(join(folder, `data-00${s}.tar`), tarOf(Object.fromEntries(own)))
    }
    const all = await pixelsOf(Array.from({ length: 12 }, (_, i) => i))
    const pattern = join(folder, 'data-{000..002}.tar')
    expect([...(await open(folder)).train.data]).toEqual(all)
    expect([...(await open(pattern)).train.data]).toEqual(all)
    expect((await sourceOf(pattern, {})).path).toBe(pattern)
    const disk = await open(pattern, {}, { dataCache: join(root, 'pattern') })
    expect([...piecesOf(disk.train)].flatMap((piece) => [...piece])).toEqual(all)
    await expect(open(join(folder, 'data-{000..003}.tar'))).rejects.toMatchObject(
      dataError(/data-003\.tar: no such file/),
    )
  })

  it('have folders that are classes, and names that are long', async () => {
    const long = 'x'.repeat(120)
    const path = write(
      tarOf({ 'cats/1.png': pictures[0]!, [`dogs/${long}.png`]: pictures[1]!, './dogs/2.png': pictures[2]! }),
    )
    const { labels, classNames } = await open(path)
    expect(classNames).toEqual(['cats', 'dogs'])
    expect([...labels!]).toEqual([0, 1, 1])
  })

  it('that tar wrote are read', async () => {
    const folder = join(root, 'to-pack')
    mkdirSync(join(folder, 'deep', 'y'.repeat(90)), { recursive: true })
    writeFileSync(join(folder, 'deep', 'y'.repeat(90), 'picture one.png'), pictures[3]!)
    writeFileSync(join(folder, 'deep', '2.png'), pictures[4]!)
    for (const format of ['gnu', 'pax', 'ustar']) {
      const path = join(root, `${format}.tar`)
      execFileSync('tar', [`--format=${format}`, '-cf', path, '-C', folder, '.'])
      expect((await open(path)).length, format).toBe(2)
    }
  })

  it('say what is wrong with them', async () => {
    const whole = tarOf(set(3))
    await expect(open(write(whole.subarray(0, 700)))).rejects.toMatchObject(dataError(/x\.tar: .*cut off/))
    await expect(open(write(new Uint8Array(2048).fill(65)))).rejects.toMatchObject(
      dataError(/does not begin with a header/),
    )
    const flipped = whole.slice()
    flipped[512 + Math.ceil(pictures[0]!.length / 512) * 512 + 5]! ^= 4
    await expect(open(write(flipped))).rejects.toMatchObject(dataError(/header at \d+ is damaged/))
    await expect(open(write(tarOf({ 'readme.txt': 'no picture' })))).rejects.toMatchObject(dataError(/no images/))
    await expect(open(write(new Uint8Array(0)))).rejects.toMatchObject({ code: 'data' })
  })

  it('leave out pictures that cannot be decoded, and keys without a picture', async () => {
    const path = write(tarOf({ ...set(3), '0003.png': 'no picture', '0009.cls': '4' }))
    const { length, skipped, report } = await open(path)
    expect(length).toBe(3)
    expect(skipped).toMatchObject([{ file: '0003.png' }])
    expect(report.join('\n')).toMatch(/1 keys have no picture: 0009/)
  })
})
