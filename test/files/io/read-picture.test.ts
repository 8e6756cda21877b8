/** Pictures as a model's data: exact, refused, or made to fit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { readPicture } from '../../../src/files/io/node/read-picture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-picture-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const why = 'the model makes such pictures'

/** A picture whose pixel (x, y) has this value in every channel. */
async function picture(
  name: string,
  [width, height]: readonly [number, number],
  channels: 1 | 3,
  value: (x: number, y: number, c: number) => number,
): Promise<string> {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels)
    return value(pixel % width, Math.floor(pixel / width), i % channels)
  })
  const image = sharp(data, { raw: { width, height, channels } })
  await (channels === 1 ? image.toColourspace('b-w') : image).png().toFile(at(name))
  return at(name)
}

test('bytes become [−1, 1], channels first', async () => {
  const path = await picture('rgb.png', [2, 1], 3, (x, _, c) => 100 * x + 10 * c)
  const values = await readPicture(path, { shape: [3, 1, 2], why })
  expect(Array.from(values, (value) => Math.round((value + 1) * 127.5))).toEqual([0, 100, 10, 110, 20, 120])
})

test('colour that is grey is taken as grey; other sizes and modes are refused, with the option that mends it', async () => {
  const grey = await picture('grey.png', [4, 3], 1, (x) => 10 * x)
  const same = await picture('same.png', [4, 3], 3, (x) => 10 * x)
  const colour = await picture('colour.png', [4, 3], 3, (x, _, c) => 10 * x + c)
  expect(await readPicture(same, { shape: [1, 3, 4], why })).toEqual(await readPicture(grey, { shape: [1, 3, 4], why }))
  const refused = { code: 'data', hint: expect.stringContaining('`fit: cover`') }
  await expect(readPicture(grey, { shape: [1, 4, 4], why })).rejects.toMatchObject(refused)
  await expect(readPicture(colour, { shape: [1, 3, 4], why })).rejects.toMatchObject(refused)
  await expect(readPicture(grey, { shape: [3, 3, 4], why })).rejects.toMatchObject(refused)
  await expect(readPicture(at('none.png'), { shape: [3, 3, 4], why })).rejects.toMatchObject({ code: 'data' })
  writeFileSync(at('text.png'), 'no picture')
  await expect(readPicture(at('text.png'), { shape: [3, 3, 4], why })).rejects.toThrow('not a picture')
})

test('cover cuts the middle out, contain fills up with white, stretch distorts; colours follow', async () => {
  // black, with the last third white
  const wide = await picture('wide.png', [24, 8], 1, (x) => (x < 16 ? 0 : 255))
  const read = async (fit: 'cover' | 'contain' | 'stretch', channels = 1) =>
    Array.from(await readPicture(wide, { shape: [channels, 8, 8], why, fit }))
  expect(await read('cover')).toEqual(Array.from({ length: 64 }, () => -1))
  const stretched = await read('stretch')
  expect(stretched[0]).toBeCloseTo(-1, 1)
  expect(stretched[7]).toBeCloseTo(1, 1)
  const contained = await read('contain')
  expect(contained.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 1))
  expect(contained[3 * 8]).toBeCloseTo(-1, 1)
  const coloured = await read('stretch', 3)
  expect(coloured.slice(0, 64)).toEqual(stretched)
  expect(coloured.slice(128)).toEqual(stretched)
})

test('opacity is kept where it is wanted, and laid on white where not', async () => {
  const pixels = Uint8Array.of(200, 100, 50, 255, 9, 9, 9, 0)
  await sharp(pixels, { raw: { width: 2, height: 1, channels: 4 } })
    .png()
    .toFile(at('rgba.png'))
  const read = async (path: string, channels: number, fit?: 'stretch') =>
    Array.from(await readPicture(path, { shape: [channels, 1, 2], why, fit }), (x) => Math.round((x + 1) * 127.5))
  expect(await read(at('rgba.png'), 4)).toEqual([200, 0, 100, 0, 50, 0, 255, 0])
  expect(await read(at('rgba.png'), 3)).toEqual([200, 255, 100, 255, 50, 255])
  expect((await read(at('rgba.png'), 2, 'stretch')).slice(1)).toEqual([0, 255, 0])
  const opaque = await picture('opaque.png', [2, 1], 1, (x) => 10 * x)
  expect(await read(opaque, 2)).toEqual([0, 10, 255, 255])
  expect(await read(opaque, 4, 'stretch')).toEqual([0, 10, 0, 10, 0, 10, 255, 255])
})
