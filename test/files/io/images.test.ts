import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isTweedieError } from '../../../src/errors.ts'
import {
  checkImagePath,
  encodeImage,
  readProvenance,
  writeAnimation,
  writeImage,
} from '../../../src/files/io/node/images.ts'
import { encodePngApart } from '../../../src/files/io/node/png.ts'
import { type Raster, blank, magnify, toGrid } from '../../../src/files/io/raster.ts'
import { extentOf, scatterBraille, scatterRaster } from '../../../src/files/io/scatter.ts'
import { previewText, sparkline, terminalColors } from '../../../src/files/io/terminal.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tweedie-images-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each([
  [1, 1],
  [28, 28],
  [73, 74], // just below 16 kB
  [74, 74], // just above
  [200, 120],
])('zlib packs %i × %i pixels as they are, at once or on another thread', async (width, height) => {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * i * 7) >> 3)
  const { data: read, info } = await sharp(await encodePngApart({ width, height, data }))
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect([info.width, info.height, info.channels]).toEqual([width, height, 3])
  expect(Uint8Array.from(read)).toEqual(data)
})

const pixel = ({ data, width }: Raster, x: number, y: number): number[] => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
]
const code = async (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => undefined,
    (error: unknown) => (isTweedieError(error) ? error.code : String(error)),
  )
const pixel4 = ({ data, width }: Raster, x: number, y: number): number[] => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
]

const noisy: Raster = { ...blank(20, 14), data: Uint8Array.from({ length: 840 }, (_, i) => (i * 89) % 256) }

describe('grids', () => {
  test('[-1, 1] becomes 0 … 255, what is outside is clipped, NaN is magenta', () => {
    const { data } = toGrid([-1, 0, 1, -7, 7, NaN], [1, 1, 1, 6])
    expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 128, 255, 0, 255, 255])
    expect([...data.subarray(15)]).toEqual([255, 0, 255])
  })

  test('bytes that were scaled to [-1, 1] come back exactly', () => {
    const bytes = Uint8Array.from({ length: 768 }, (_, i) => (i * 7) % 256)
    const planes = Float32Array.from(bytes, (_, i) => bytes[(i % 256) * 3 + Math.floor(i / 256)]! / 127.5 - 1)
    expect(toGrid(planes, [3, 16, 16]).data).toEqual(bytes)
  })

  test('every sample lies where its row and column say, padding between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(3),
        (count, columns, padding) => {
          const samples = Float32Array.from({ length: count * 6 }, (_, i) => Math.floor(i / 6) / 8 - 1)
          const raster = toGrid(samples, [count, 1, 2, 3], { columns, padding })
          const across = Math.min(columns, count)
          expect(raster.width).toBe(across * (3 + padding) + padding)
          expect(raster.height).toBe(Math.ceil(count / across) * (2 + padding) + padding)
          let white = raster.width * raster.height
          for (let n = 0; n < count; n++) {
            for (let i = 0; i < 6; i++) {
              const x = padding + (n % across) * (3 + padding) + (i % 3)
              const y = padding + Math.floor(n / across) * (2 + padding) + Math.floor(i / 3)
              expect(pixel(raster, x, y)[0]).toBe(Math.round((n / 8) * 127.5))
              white--
            }
          }
          expect([...raster.data].filter((byte) => byte === 255).length).toBe(3 * white)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('four channels blend onto the background; two and five lie beside each other', () => {
    expect([...toGrid([1, -1, -1, 0], [4, 1, 1], { background: [0, 0, 0] }).data]).toEqual([128, 0, 0])
    const two = toGrid([-1, 1, 0, 0.5], [2, 1, 2], { padding: 0 })
    expect([two.width, two.height, ...two.data]).toEqual([4, 1, 0, 0, 0, 255, 255, 255, 128, 128, 128, 191, 191, 191])
    const five = toGrid(new Float32Array(2 * 5 * 4), [2, 5, 2, 2])
    expect([five.width, five.height]).toEqual([2 + 5 * 2 + 4 + 2, 2 * (2 + 2) + 2])
  })

  test('opacity is kept where nothing is to lie behind it', () => {
    const rgba = toGrid([1, -1, -1, 0], [4, 1, 1])
    expect([...rgba.data]).toEqual([255, 0, 0, 128])
    const grey = toGrid([1, -1, 0, 1], [1, 2, 1, 2], { opacity: true, padding: 0 })
    expect([...grey.data]).toEqual([255, 255, 255, 128, 0, 0, 0, 255])
    const pair = toGrid(new Float32Array(8).fill(1), [2, 4, 1, 1])
    expect(pixel4(pair, 0, 0)).toEqual([255, 255, 255, 0])
    expect(pixel4(pair, 2, 2)).toEqual([255, 255, 255, 255])
  })

  test('a scale enlarges', () => {
    const small = toGrid([-1, 1], [1, 1, 1, 2])
    expect(toGrid([-1, 1], [1, 1, 1, 2], { scale: 3 })).toEqual(magnify(small, 3))
    expect(() => toGrid([-1, 1], [1, 1, 1, 2], { scale: 1.5 })).toThrow(/whole numbers/)
    expect([...magnify(toGrid([1, -1, -1, 0], [4, 1, 1]), 2).data]).toEqual([
      255, 0, 0, 128, 255, 0, 0, 128, 255, 0, 0, 128, 255, 0, 0, 128,
    ])
  })

  test('shapes that do not fit are refused', () => {
    expect(() => toGrid([1, 2, 3], [1, 1, 2, 2])).toThrow('shape [1, 1, 2, 2] does not fit 3 numbers')
    expect(() => toGrid([1, 2], [2])).toThrow('expected [samples, channels, height, width]')
  })

  test('magnified pixels stay sharp', () => {
    const large = magnify(noisy, 3)
    expect([large.width, large.height]).toEqual([60, 42])
    expect(pixel(large, 59, 41)).toEqual(pixel(noisy, 19, 13))
    expect(pixel(large, 3, 5)).toEqual(pixel(noisy, 1, 1))
  })
})

describe('files', () => {
  test('keep opacity; in JPEG what is behind is white', async () => {
    const raster: Raster = { width: 2, height: 1, data: Uint8Array.of(200, 100, 50, 255, 0, 0, 0, 0) }
    for (const extension of ['.png', '.webp']) {
      const path = join(folder, `opacity${extension}`)
      await writeImage(path, raster)
      const { data } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
      expect([...data.subarray(0, 4), data[7]]).toEqual([200, 100, 50, 255, 0])
    }
    const path = join(folder, 'opacity.jpg')
    await writeImage(path, { ...raster, data: new Uint8Array(8) })
    expect([...(await sharp(path).raw().toBuffer())]).toEqual([255, 255, 255, 255, 255, 255])
  })

  test('animations keep opacity', async () => {
    const frames = [0, 255].map((alpha) => ({ width: 1, height: 1, data: Uint8Array.of(9, 9, 9, alpha) }))
    const path = join(folder, 'opacity.webp')
    await writeAnimation(path, frames, { overwrite: true })
    const { data } = await sharp(path, { pages: -1 }).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    expect([data[3], data[7]]).toEqual([0, 255])
  })

  test.each(['.png', '.webp'])('%s keeps every byte, and what made it', async (extension) => {
    const path = join(folder, `lossless${extension}`)
    const provenance = { seed: 7, prompt: 'é "快" \u{1f600}', steps: [1, 2] }
    await writeImage(path, noisy, { provenance })
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: 20, height: 14, channels: 3 })
    expect(new Uint8Array(data)).toEqual(noisy.data)
    expect(await readProvenance(path)).toEqual(provenance)
  })

  test('JPEG keeps what made it; a picture that does not say gives nothing', async () => {
    await writeImage(join(folder, 'a.jpg'), noisy, { provenance: { seed: 1 } })
    expect(await readProvenance(join(folder, 'a.jpg'))).toEqual({ seed: 1 })
    await writeFile(join(folder, 'b.png'), await encodeImage(noisy))
    expect(await readProvenance(join(folder, 'b.png'))).toBeUndefined()
    expect(await code(readProvenance(join(folder, 'none.png')))).toBe('data')
  })

  test.each(['.gif', '.webp'])(
    'animations as %s have all frames, equal ones too, and rest on the last',
    async (ext) => {
      const path = join(folder, `path${ext}`)
      const frames = [blank(8, 6, [255, 0, 0]), blank(8, 6, [0, 0, 255]), blank(8, 6, [0, 0, 255])]
      await writeAnimation(path, frames, { delay: 40, hold: 900 })
      const { data, info } = await sharp(path, { animated: true })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      const meta = await sharp(path, { animated: true }).metadata()
      if (ext === '.gif') expect(meta).toMatchObject({ pages: 3, pageHeight: 6, loop: 0, delay: [40, 40, 900] })
      else expect(meta.delay!.reduce((sum, delay) => sum + delay, 0)).toBe(980)
      expect([...data.subarray(0, 3)]).toEqual([255, 0, 0])
      expect([...data.subarray((info.height - 1) * 8 * 3).subarray(0, 3)]).toEqual([0, 0, 255])
    },
  )

  test('frames of different sizes are refused', async () => {
    expect(await code(writeAnimation(join(folder, 'x.gif'), [blank(2, 2), blank(2, 3)]))).toBe('shape')
    expect(await code(writeAnimation(join(folder, 'x.gif'), []))).toBe('shape')
  })

  test('the extension decides: unknown ones are refused with a list, PNG is no animation', async () => {
    const error = await checkImagePath('a.bmp').catch((cause: unknown) => cause)
    expect(isTweedieError(error, 'usage') && error.hint).toContain('.png, .webp, .gif')
    expect(await code(checkImagePath('a'))).toBe('usage')
    expect(await code(checkImagePath('a.png', { animation: true }))).toBe('usage')
    expect(await code(checkImagePath(join(folder, 'A.PNG')))).toBeUndefined()
  })

  test('nothing is written over unless asked for', async () => {
    const path = join(folder, 'once.png')
    await writeImage(path, noisy)
    const before = await readFile(path)
    expect(await code(writeImage(path, blank(2, 2)))).toBe('exists')
    expect((await readFile(path)).equals(before)).toBe(true)
    await writeImage(path, blank(2, 2), { overwrite: true })
    expect((await sharp(path).metadata()).width).toBe(2)
  })
})

describe('points', () => {
  test('the extent is a square with a margin', () => {
    expect(extentOf([0, 0, 2, 1, NaN, 9]).map((value) => Math.round(value * 1e9) / 1e9)).toEqual([-0.1, 2.1, -0.6, 1.6])
    expect(extentOf([])).toEqual([-1, 1, -1, 1])
    expect(extentOf([3, 4])).toEqual([2, 4, 3, 5])
  })

  test('the density plot is dark where the points are: x to the right, y upwards', () => {
    const raster = scatterRaster([0.5, 0.5, 0.5, 0.5, -0.5, 0.5], { size: 4, extent: [-1, 1, -1, 1] })
    const dark = (x: number, y: number): number => 255 - pixel(raster, x, y)[0]!
    expect(dark(3, 0)).toBeGreaterThan(dark(1, 0))
    expect(dark(1, 0)).toBeGreaterThan(0)
    expect(dark(0, 3) + dark(3, 3)).toBe(0)
  })

  test('braille dots: corners, and a full character', () => {
    const corners = scatterBraille([-0.99, 0.99, 0.99, -0.99], { columns: 2, extent: [-1, 1, -1, 1] })
    expect(corners).toBe('⠁⢀')
    const all = [-1, 1].flatMap((x) => [-3, -1, 1, 3].flatMap((y) => [x / 2 + 0.001, y / 4 + 0.001]))
    expect(scatterBraille(all, { columns: 1, extent: [-1, 1, -1, 1] })).toBe('⣿')
    expect(scatterBraille([5, 5, NaN, 0], { columns: 2, extent: [-1, 1, -1, 1] })).toBe('⠀⠀')
  })
})

describe('terminal', () => {
  test('the environment decides on colours', () => {
    expect(terminalColors({ COLORTERM: 'truecolor' }, true)).toBe('truecolor')
    expect(terminalColors({ TERM: 'xterm-256color' }, true)).toBe('256')
    expect(terminalColors({ COLORTERM: 'truecolor', NO_COLOR: '1' }, true)).toBe('none')
    expect(terminalColors({ COLORTERM: 'truecolor', NO_COLOR: '' }, true)).toBe('truecolor')
    expect(terminalColors({ COLORTERM: 'truecolor' }, false)).toBe('none')
    expect(terminalColors({ FORCE_COLOR: '1' }, false)).toBe('256')
    expect(terminalColors({ TERM: 'dumb' }, true)).toBe('none')
  })

  test('half blocks: the upper pixel in front, the lower behind; equal colours are said once', () => {
    const raster = { width: 2, height: 2, data: Uint8Array.from([255, 0, 0, 255, 0, 0, 0, 0, 9, 0, 0, 9]) }
    expect(previewText(raster, { colors: 'truecolor' })).toBe('\u001b[38;2;255;0;0;48;2;0;0;9m▀▀\u001b[0m')
    expect(previewText(raster, { colors: '256' })).toBe('\u001b[38;5;196;48;5;16m▀▀\u001b[0m')
    expect(previewText(blank(1, 2, [128, 128, 128]), { colors: '256' })).toContain('38;5;244;48;5;244m')
  })

  test('without colours there is no escape, black is a space and white is dense', () => {
    const text = previewText(
      { ...blank(2, 2), data: Uint8Array.of(255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0) },
      { colors: 'none' },
    )
    expect(text).toBe('@')
    expect(previewText(noisy, { colors: 'none' })).not.toContain('\u001b')
  })

  test('wide pictures shrink to the columns, keeping their average', () => {
    const lines = previewText(blank(200, 100, [10, 20, 30]), { colors: 'truecolor', columns: 50 }).split('\n')
    expect(lines.length).toBe(13)
    expect(lines[0]).toBe(`\u001b[38;2;10;20;30;48;2;10;20;30m${'▀'.repeat(50)}\u001b[0m`)
  })

  test('sparklines', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█')
    expect(sparkline([1, NaN, 1])).toBe('▄·▄')
    expect(sparkline([0, 0, 1, 1, 8, 8], 3)).toBe('▁▂█')
    expect(sparkline([])).toBe('')
  })
})
