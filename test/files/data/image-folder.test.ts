import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openDataset, readImageFolder } from '../../../src/files/data/node/index.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-images-'))
afterAll(() => rmSync(root, { recursive: true }))

let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, `set-${count++}`)
  mkdirSync(folder)
})

type Colour = readonly [number, number, number]
const [red, green, blue]: readonly [Colour, Colour, Colour] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
]
const grey: Colour = [100, 100, 100]

/** An image of one colour. */
function plain(colour: Colour, width = 16, height = width): Sharp {
  const [r, g, b] = colour
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
}

/** An image whose left half has one colour and whose right half has another. */
function halves(left: Colour, right: Colour, width = 16, height = 16): Sharp {
  const pixels = Array.from({ length: width * height }, (_, p) => (p % width < width / 2 ? left : right)).flat()
  return sharp(Uint8Array.from(pixels), { raw: { width, height, channels: 3 } })
}

async function save(name: string, image: Sharp | Uint8Array | string): Promise<string> {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  if (typeof image === 'string' || image instanceof Uint8Array) writeFileSync(path, image)
  else await image.toFile(path)
  return path
}

const open = (options = {}) => readImageFolder(folder, 'set', options)
const dataError = (message: string) =>
  expect.objectContaining({ code: 'data', message: expect.stringContaining(message) })

/** The colour of a pixel of item i, at (x, y). */
async function pixel(i: number, x: number, y: number, options = {}): Promise<number[]> {
  const { data, shape } = await open(options)
  const [channels, height, width] = shape as [number, number, number]
  return Array.from({ length: channels }, (_, c) => data[((i * channels + c) * height + y) * width + x]!)
}

const near = (colour: readonly number[], tolerance = 4) =>
  colour.map((v) => expect.toSatisfy((got: number) => Math.abs(got - v) <= tolerance, `about ${v}`) as number)

describe('formats and modes', () => {
  it.each(['png', 'jpg', 'JPEG', 'webp', 'gif', 'tiff'])('%s', async (extension) => {
    const image = plain(red).toFormat(extension.toLowerCase() as 'png')
    await save(`a.${extension}`, await image.toBuffer())
    expect(await open()).toMatchObject({ kind: 'image', shape: [3, 16, 16], length: 1, skipped: [] })
    expect(await pixel(0, 8, 8)).toEqual(near(red))
  })

  it('keeps the pixels of lossless images that have the size', async () => {
    const noise = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 97) % 256)
    await save('a.png', sharp(noise, { raw: { width: 16, height: 16, channels: 3 } }))
    const { data } = await open()
    for (let i = 0; i < noise.length; i++) expect(data[(i % 3) * 256 + Math.floor(i / 3)]).toBe(noise[i])
  })

  it('palettes', async () => {
    await save('a.png', halves(red, blue).png({ palette: true, colours: 2 }))
    expect(await pixel(0, 2, 2)).toEqual(red)
    expect(await pixel(0, 13, 2)).toEqual(blue)
  })

  it('16 bits, colour and grey', async () => {
    const wide = (channels: 1 | 3, value: number) =>
      sharp(new Uint16Array(256 * channels).fill(value), { raw: { width: 16, height: 16, channels } })
    await save('a.png', wide(3, 0x8080).toColourspace('rgb16').png())
    await save('b.png', wide(1, 0x4040).toColourspace('grey16').png())
    expect((await sharp(join(folder, 'b.png')).metadata()).depth).toBe('ushort')
    expect(await pixel(0, 5, 5)).toEqual([0x80])
    expect(await pixel(1, 5, 5)).toEqual([0x40])
  })

  it('CMYK', async () => {
    await save('a.jpg', plain(red).toColourspace('cmyk').jpeg())
    expect((await sharp(join(folder, 'a.jpg')).metadata()).space).toBe('cmyk')
    const [r, g, b] = await pixel(0, 5, 5)
    expect(r).toBeGreaterThan(180)
    expect(g! + b!).toBeLessThan(140)
  })

  it('lays transparent images over white, or black', async () => {
    await save(
      'a.png',
      sharp({ create: { width: 16, height: 16, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }),
    )
    await save(
      'b.png',
      sharp({ create: { width: 16, height: 16, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } }),
    )
    expect(await pixel(0, 5, 5, { background: 'white' })).toEqual([255, 255, 255])
    expect(await pixel(1, 5, 5, { background: 'white' })).toEqual(near([255, 127, 127]))
    expect(await pixel(0, 5, 5, { background: 'black' })).toEqual([0, 0, 0])
    expect(await pixel(1, 5, 5, { background: 'black' })).toEqual(near([128, 0, 0]))
  })

  it('the first frame of an animation', async () => {
    const frames = await Promise.all([red, blue].map((colour) => plain(colour).png().toBuffer()))
    await save('a.gif', sharp(frames, { join: { animated: true } }).gif({ delay: [10, 10] }))
    await save('b.webp', sharp(frames, { join: { animated: true } }).webp({ lossless: true }))
    expect((await sharp(join(folder, 'a.gif')).metadata()).pages).toBe(2)
    expect(await open()).toMatchObject({ shape: [3, 16, 16], length: 2 })
    expect(await pixel(0, 5, 5)).toEqual(near(red))
    expect(await pixel(1, 5, 5)).toEqual(near(red))
  })

  it('turns images as their EXIF orientation says', async () => {
    await save('a.jpg', halves(red, blue, 32, 16).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }))
    // Orientation 6: the left edge as stored is the top edge as seen.
    expect(await pixel(0, 8, 2)).toEqual(near(red, 30))
    expect((await open()).shape).toEqual([3, 32, 16])
    expect(await pixel(0, 8, 29)).toEqual(near(blue, 30))
  })
})

describe('size', () => {
  it('is by default that of the smallest image, in steps of 8, at most 64', async () => {
    await save('a.png', plain(red, 100, 90))
    expect((await open()).shape).toEqual([3, 64, 64])
    await save('b.png', plain(red, 45, 90))
    expect((await open()).shape).toEqual([3, 40, 40])
    await save('c.png', plain(red, 6, 5))
    expect((await open()).shape).toEqual([3, 5, 5])
  })

  it('crops the centre', async () => {
    const stripes = [red, green, green, blue].flatMap((colour) => Array<Colour>(16).fill(colour))
    const pixels = Array.from({ length: 32 }, () => stripes.flat()).flat()
    await save('a.png', sharp(Uint8Array.from(pixels), { raw: { width: 64, height: 32, channels: 3 } }))
    for (const x of [0, 16, 31]) expect(await pixel(0, x, 16, { size: 32 })).toEqual(green)
  })

  it('averages when it shrinks', async () => {
    const checks = Array.from({ length: 64 * 64 }, (_, p) => ((p + (p >> 6)) % 2 ? 255 : 0))
    await save('a.png', sharp(Uint8Array.from(checks), { raw: { width: 64, height: 64, channels: 1 } }))
    expect(await pixel(0, 4, 4, { size: 8 })).toEqual(near([128], 3))
  })

  it('refuses to enlarge unless allowed', async () => {
    await save('a.png', plain(red, 20, 40))
    await save('b.png', plain(red, 64))
    await expect(open({ size: 32 })).rejects.toEqual(
      dataError('1 of 2 images are smaller than 32 × 32, as a.png (20 × 40)'),
    )
    await expect(open({ size: 32 })).rejects.toMatchObject({ hint: expect.stringContaining('at most 16') })
    expect((await open({ size: 32, upscale: true })).shape).toEqual([3, 32, 32])
  })

  it.each([0, -8, 1.5, 1e6, Number.NaN])('refuses the size %s', async (size) => {
    await save('a.png', plain(red))
    await expect(open({ size })).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('channels', () => {
  it('are one if every image is grey, though stored as RGB', async () => {
    await save('a.png', plain(grey))
    await save('b.png', plain(grey).toColourspace('b-w'))
    expect((await open()).shape).toEqual([1, 16, 16])
    expect(await pixel(1, 3, 3)).toEqual([100])
    expect((await open({ channels: 3 })).shape).toEqual([3, 16, 16])
    await save('c.png', plain(red))
    expect((await open()).shape).toEqual([3, 16, 16])
    expect(await pixel(1, 3, 3)).toEqual(grey)
  })

  it('are reduced to luma where asked', async () => {
    await save('a.png', plain([255, 100, 50]))
    expect(await pixel(0, 3, 3, { channels: 1 })).toEqual([Math.round(0.299 * 255 + 0.587 * 100 + 0.114 * 50)])
  })
})

describe('classes', () => {
  it('are the sorted first folders, with whatever lies below them', async () => {
    await save('dog/b.png', plain(blue))
    await save('cat/nested/deep/a.png', plain(red))
    await save('cat/z.png', plain(green))
    const set = await open()
    expect(set).toMatchObject({ classNames: ['cat', 'dog'], labels: Int32Array.of(0, 0, 1) })
    expect(await pixel(2, 3, 3)).toEqual(blue)
    expect((await open({ labels: false })).labels).toBeUndefined()
  })

  it('are none in a flat folder or in a single sub-folder, unless asked for', async () => {
    await save('only/a.png', plain(red))
    expect((await open()).labels).toBeUndefined()
    expect((await open({ labels: true })).classNames).toEqual(['only'])
    rmSync(join(folder, 'only'), { recursive: true })
    await save('a.png', plain(red))
    expect((await open()).labels).toBeUndefined()
    await expect(open({ labels: true })).rejects.toEqual(dataError('no classes'))
  })

  it('are refused where some images lie beside the folders', async () => {
    await save('a.png', plain(red))
    await save('cat/b.png', plain(red))
    await expect(open()).rejects.toEqual(dataError('some images lie in sub-folders (cat)'))
    expect((await open({ labels: false })).length).toBe(2)
  })
})

describe('broken and foreign files', () => {
  it('are skipped and reported, and the others stay in order', async () => {
    const jpeg = await halves(red, blue, 64, 64).jpeg().toBuffer()
    await save('a/1.png', plain(red, 64))
    await save('a/2.png', 'not an image')
    await save('a/3.jpg', jpeg.subarray(0, jpeg.length - 300))
    await save('b/4.png', plain(blue, 64))
    await save('b/5.png', '')
    await save('b/6.bmp', 'BM')
    await save('b/readme.txt', 'hello')
    await save('.hidden/7.png', plain(green, 64))
    await save('__MACOSX/8.png', 'junk')
    const set = await open()
    expect(set).toMatchObject({ length: 2, labels: Int32Array.of(0, 1), classNames: ['a', 'b'] })
    expect(set.skipped!.map(({ file }) => file)).toEqual(['a/2.png', 'a/3.jpg', 'b/5.png', 'b/6.bmp'])
    for (const { reason } of set.skipped!) expect(reason).toMatch(/\w/)
    expect(await pixel(1, 3, 3)).toEqual(blue)
  })

  it('are an error if there is nothing else', async () => {
    await expect(open()).rejects.toEqual(dataError('no images'))
    await save('a.png', 'broken')
    await expect(open()).rejects.toEqual(dataError('none of 1 images can be read: a.png: '))
    await expect(openDataset(folder)).rejects.toMatchObject({ code: 'data' })
  })

  it('links are followed once, and dead ones are skipped', async () => {
    await save('real/a.png', plain(red))
    symlinkSync(folder, join(folder, 'loop'))
    symlinkSync('nowhere.png', join(folder, 'real', 'dead.png'))
    symlinkSync('a.png', join(folder, 'real', 'link.png'))
    expect((await open()).length).toBe(2)
  })
})

describe('long folders', () => {
  it('report progress and can be interrupted', async () => {
    for (let i = 0; i < 20; i++) await save(`${i}.png`, plain(grey, 8))
    const seen: string[] = []
    await open({ onProgress: (done: number, total: number) => seen.push(`${done}/${total}`), concurrency: 3 })
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1}/20`))
    const controller = new AbortController()
    const run = open({ signal: controller.signal, onProgress: () => controller.abort() })
    await expect(run).rejects.toMatchObject({ code: 'interrupted' })
  })
})

describe('patches', () => {
  /** A picture whose red is the column and whose green is the row, times 4. */
  const ramp = (width: number, height: number): Sharp => {
    const pixels = Array.from({ length: width * height }, (_, p) => [(p % width) * 4, Math.floor(p / width) * 4, 9])
    return sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels: 3 } })
  }

  it('are cut out on a grid, row by row, unscaled', async () => {
    await save('a.png', ramp(20, 12))
    const { shape, length } = await open({ crop: 8, stride: 4 })
    expect(shape).toEqual([3, 8, 8])
    expect(length).toBe(4 * 2)
    expect(await pixel(0, 0, 0, { crop: 8, stride: 4 })).toEqual([0, 0, 9])
    expect(await pixel(5, 1, 2, { crop: 8, stride: 4 })).toEqual([4 * (4 + 1), 4 * (4 + 2), 9])
    expect((await open({ crop: 8 })).length).toBe(7 * 3)
  })

  it('of several images, with classes, one after another; a broken image leaves no gap', async () => {
    await save('x/a.png', ramp(16, 8))
    await save('x/b.png', 'no picture')
    await save('y/c.png', ramp(24, 8))
    const { length, labels, skipped } = await open({ crop: 8, stride: 8 })
    expect(length).toBe(2 + 3)
    expect([...labels!]).toEqual([0, 0, 1, 1, 1])
    expect(skipped).toHaveLength(1)
    expect(await pixel(4, 0, 0, { crop: 8, stride: 8 })).toEqual([64, 0, 9])
  })

  it('for tests share no pixel with those for training', async () => {
    await save('a.png', ramp(60, 8))
    const columns = async (split: 'train' | 'test'): Promise<Set<number>> => {
      const { data, length } = await open({ crop: 8, stride: 1, split })
      return new Set(Array.from({ length }, (_, i) => [...data.subarray(i * 192, i * 192 + 8)]).flat())
    }
    const [train, test] = [await columns('train'), await columns('test')]
    expect(train.size + test.size).toBe(60)
    expect([...test].some((column) => train.has(column))).toBe(false)
  })

  it.each([
    [{ crop: 0 }, 'crop 0'],
    [{ crop: 8, size: 8 }, 'cut out unscaled'],
    [{ stride: 4 }, 'a stride without a crop'],
    [{ crop: 32 }, 'smaller than 32'],
    [{ crop: 8, split: 'test' as const }, 'no patch of 8 pixels is held back'],
  ])('refuses %o', async (options, message) => {
    await save('a.png', ramp(16, 16))
    await expect(open(options)).rejects.toThrow(message)
  })
})
