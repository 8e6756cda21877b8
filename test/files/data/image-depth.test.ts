/** Images of more bits than bytes: which values are kept, and what is said. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { readImageFolder } from '../../../src/files/data/node/index.ts'
import { denormalise, loadBatch } from '../../../src/files/data/normalise.ts'
import { readPicture } from '../../../src/files/io/node/read-picture.ts'
import { floatTiff } from '../../support/float-tiff.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-depth-'))
afterAll(() => rmSync(root, { recursive: true }))

let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, `set-${count++}`)
  mkdirSync(folder)
})

const [width, height] = [6, 4]
const plane = width * height

/** A picture of 16 bits whose pixel p has these values. */
async function deep(name: string, channels: 1 | 2 | 3 | 4, value: (p: number, c: number) => number): Promise<void> {
  const data = Uint16Array.from({ length: plane * channels }, (_, i) => value(Math.floor(i / channels), i % channels))
  await sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels < 3 ? 'grey16' : 'rgb16')
    .png()
    .toFile(join(folder, name))
}

const open = (options = {}) => readImageFolder(folder, 'set', options)

test('values of 16 bits are kept where that is asked for, and a network has them from −1 to 1', async () => {
  await deep('a.png', 1, (p) => 100 * p)
  const set = await open({ bits: 16 })
  expect(set).toMatchObject({ kind: 'image', shape: [1, height, width], range: [0, 2300] })
  expect([...set.data]).toEqual(Array.from({ length: plane }, (_, p) => 100 * p))
  expect(set.remarks).toEqual(['images of 16 bits keep their values, 0 … 2300'])
  const seen = loadBatch(set, [0], new Float32Array(plane))
  expect([seen[0], seen.at(-1)]).toEqual([-1, 1])
  expect([...denormalise(set, seen)]).toEqual([...set.data].map((value) => expect.closeTo(value, 2) as number))
})

test('by default they are read with 8, which is said', async () => {
  await deep('a.png', 1, (p) => 2560 * p)
  const set = await open()
  expect([...set.data]).toEqual(Array.from({ length: plane }, (_, p) => 10 * p))
  expect(set.remarks).toEqual(['1 image of 16 bits read with 8; 16 can be asked for'])
})

test('colours and opacity of 16 bits have the whole range, and what cannot be seen is 0', async () => {
  await deep('a.png', 4, (p, c) => (c === 3 ? (p % 2) * 65_535 : 1000 * (c + 1) + p))
  const { data, shape, range } = await open({ bits: 16 })
  expect(shape).toEqual([4, height, width])
  expect(range).toEqual([0, 65_535])
  expect([0, 1, 2, 3].map((c) => [data[c * plane], data[c * plane + 1]])).toEqual([
    [0, 1001],
    [0, 2001],
    [0, 3001],
    [0, 65_535],
  ])
})

test('where no image has 16 bits, 8 are read', async () => {
  await sharp(new Uint8Array(plane).fill(7), { raw: { width, height, channels: 1 } })
    .png()
    .toFile(join(folder, 'a.png'))
  const set = await open({ bits: 16 })
  expect(set.range).toEqual([0, 255])
  expect(set.remarks).toContain('no image has 16 bits: 8 are read')
})

test('floats keep their values, negative ones and those far from bytes too', async () => {
  const values = Float32Array.from({ length: plane }, (_, p) => 0.125 * p - 1)
  floatTiff(join(folder, 'a.tif'), values, width)
  const set = await open()
  expect(set).toMatchObject({ kind: 'image', shape: [1, height, width], range: [-1, 0.125 * (plane - 1) - 1] })
  expect([...set.data]).toEqual([...values])
  expect(set.remarks).toEqual([`images of floats keep their values, -1 … ${0.125 * (plane - 1) - 1}`])
  await expect(open({ background: 'white' })).rejects.toMatchObject({ code: 'usage' })
})

test('among bytes, floats are cut off, which is said', async () => {
  floatTiff(join(folder, 'a.tif'), new Float32Array(plane).fill(300.4), width)
  await sharp(new Uint8Array(plane).fill(7), { raw: { width, height, channels: 1 } })
    .png()
    .toFile(join(folder, 'b.png'))
  const set = await open()
  expect([set.data[0], set.data[plane]]).toEqual([255, 7])
  expect(set.remarks).toContain('1 image of floats read as whole numbers, what does not fit being cut off')
})

test('of several frames the first is read, which is said', async () => {
  const frames = Uint8Array.from({ length: 2 * plane * 3 }, (_, i) => (i < plane * 3 ? 255 : 0))
  const raw = { width, height: 2 * height, channels: 3, pageHeight: height } as const
  await sharp(frames, { raw }).gif().toFile(join(folder, 'a.gif'))
  const { data, remarks } = await open()
  expect(data.every((value) => value === 255)).toBe(true)
  expect(remarks).toContain('of 1 image with several frames the first is read: `frames` reads them as videos')
})

test('a picture for a model of such values keeps its bits; white of bytes is 1', async () => {
  const wanted = { shape: [1, height, width], why: 'the model makes such pictures', range: [0, 2300] as const }
  await deep('a.png', 1, (p) => 100 * p)
  const values = await readPicture(join(folder, 'a.png'), wanted)
  expect([...values]).toEqual(Array.from({ length: plane }, (_, p) => expect.closeTo(p / 11.5 - 1, 6) as number))
  await sharp(new Uint8Array(plane).fill(255), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(join(folder, 'b.png'))
  expect((await readPicture(join(folder, 'b.png'), wanted))[0]).toBe(1)
  floatTiff(join(folder, 'c.tif'), new Float32Array(plane).fill(575), width)
  expect((await readPicture(join(folder, 'c.tif'), wanted))[0]).toBeCloseTo(-0.5, 6)
})
