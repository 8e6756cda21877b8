/** Files in a real browser become the data that Node makes of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArrayDataset } from '../../src/files/data/dataset.ts'
import { zipFolder } from '../../src/files/data/formats/zip.ts'
import { openSource } from '../../src/files/data/node/open-source.ts'
import { sourceOf } from '../../src/files/data/node/source-of.ts'
import { writeNpz } from '../../src/files/data/index.ts'
import { encodePng } from '../../src/files/io/png.ts'
import { findChromium } from '../support/chromium.ts'
import { type OpenPage, openPage } from '../support/page.ts'
import type { reading, SentFile } from './data-page.ts'

type Reading = typeof reading

let opened: OpenPage
let folder: string

function ask<Name extends keyof Reading>(name: Name, ...args: Parameters<Reading[Name]>) {
  return opened.page.evaluate(
    async ([which, given]) => {
      const all = (globalThis as unknown as { reading: Record<string, (...args: unknown[]) => unknown> }).reading
      return all[which]!(...given)
    },
    [name, args] as const,
  ) as ReturnType<Reading[Name]>
}

/** What Node makes of the same files. */
async function inNode(files: readonly SentFile[], path: string, options: Record<string, unknown> = {}) {
  const place = mkdtempSync(join(folder, 'case-'))
  for (const [file, bytes] of files) {
    mkdirSync(dirname(join(place, file)), { recursive: true })
    writeFileSync(join(place, file), Uint8Array.from(bytes))
  }
  const { train, report } = await openSource(await sourceOf(join(place, path), options))
  const { data, labels, remarks: _, ...facts } = train as ArrayDataset
  return { ...facts, data: [...data], labels: labels && [...labels], report }
}

const pixels = (width: number, height: number, of: (i: number) => number, depth = 3): number[] => [
  ...encodePng({ width, height, data: Uint8Array.from({ length: width * height * depth }, (_, i) => of(i) % 256) }),
]
const text = (content: string): number[] => [...new TextEncoder().encode(content)]

describe.skipIf(findChromium() === undefined)('files in a browser', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tweedie-web-data-'))
    opened = await openPage({
      script: 'test/web/data-page.ts',
      contents: { '/points.csv': { type: 'text/csv', text: '1,2\n3,4\n5,7\n' } },
    })
  })
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  it.each<[string, readonly SentFile[], string, Record<string, unknown>]>([
    ['a table', [['points.csv', text('x,y,class\n1,2,a\n3,4,b\n5,7,a\n')]], 'points.csv', { labelColumn: 'class' }],
    ['a table, gzipped', [['points.csv.gz', [...gzipSync('1,2\n3,4\n5,7\n')]]], 'points.csv.gz', {}],
    [
      'arrays',
      [
        [
          'set.npz',
          [
            ...writeNpz({
              x: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 7) },
              y: { shape: [3], data: Int32Array.of(0, 1, 0) },
            }),
          ],
        ],
      ],
      'set.npz',
      {},
    ],
    [
      'IDX, with its labels beside',
      [
        ['mnist/train-images-idx3-ubyte', [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8]],
        ['mnist/train-labels-idx1-ubyte', [0, 0, 8, 1, 0, 0, 0, 2, 3, 7]],
      ],
      'mnist',
      {},
    ],
    [
      'a text',
      [['poem.txt', text('the quick brown fox jumps over the lazy dog. '.repeat(4))]],
      'poem.txt',
      { length: 8 },
    ],
    [
      'pictures in folders of classes',
      [
        ['pets/cat/1.png', pixels(8, 8, (i) => i * 7)],
        ['pets/cat/2.png', pixels(8, 8, (i) => i * 3)],
        ['pets/dog/1.png', pixels(8, 8, (i) => i * 5)],
        ['pets/dog/broken.png', text('no picture')],
        ['pets/.hidden.png', text('no')],
      ],
      'pets',
      {},
    ],
    [
      'pictures with opacity, grey, and a table of their classes',
      [
        ['set/1.png', pixels(8, 8, (i) => (i % 4 === 3 ? (i % 8 === 3 ? 0 : 255) : 4 * Math.floor(i / 4)), 4)],
        ['set/2.png', pixels(8, 8, (i) => (i % 4 === 3 ? 255 : 200), 4)],
        ['set/labels.csv', text('file_name,label\n1.png,odd\n2.png,even\n')],
      ],
      'set',
      { unconditional: false },
    ],
  ])('%s are what Node reads', async (_, files, path, options) => {
    const [here, there] = [await ask('open', files, options), await inNode(files, path, options)]
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
    if ('message' in here) throw new Error(here.message)
    const { source, again, report, skipped, vocabulary: __, ...mine } = here as Record<string, unknown> & typeof here
    const { report: said, skipped: left, vocabulary: ___, ...its } = there as Record<string, unknown> & typeof there
    expect(mine).toEqual(plain(its))
    expect([source, again]).toEqual([expect.objectContaining({ path }), false])
    // What cannot be decoded is said in other words.
    const files_ = (list: unknown): unknown => (list as { file: string }[] | undefined)?.map(({ file }) => file)
    expect(files_(skipped)).toEqual(files_(left))
    expect((report as string[]).map((each) => each.slice(0, 24))).toEqual(
      (said as string[]).map((each) => each.slice(0, 24)),
    )
  })

  it('brings pictures to a size, upright, cut or framed', async () => {
    const [first, second] = [pixels(4, 2, (i) => 10 * Math.floor(i / 3)), pixels(4, 2, () => 100)]
    const set: SentFile[] = [
      ['set/a.png', first],
      ['set/b.png', second],
    ]
    const cut = await ask('open', set, { size: 1 })
    // The middle two columns of 0 10 20 30 / 40 50 60 70.
    expect(cut).toMatchObject({ shape: [1, 1, 1], data: [35, 100] })
    const framed = await ask('open', set, { size: 4, fit: 'contain' })
    expect((framed as { data: number[] }).data.slice(0, 8)).toEqual([255, 255, 255, 255, 0, 10, 20, 30])
    const turned = await sharp(Buffer.from(first)).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer()
    const upright = await ask('open', [
      ['set/a.jpg', [...turned]],
      ['set/b.jpg', [...turned]],
    ])
    expect(upright).toMatchObject({ shape: [1, 4, 2] })
  })

  it('opens a .zip, a picked folder, an address', async () => {
    const set = new Map([
      ['a/1.png', Uint8Array.from(pixels(8, 8, (i) => i))],
      ['b/1.png', Uint8Array.from(pixels(8, 8, (i) => 2 * i))],
    ])
    const zipped = await ask('open', [['pets.zip', [...zipFolder(set, 'pets')]]])
    expect(zipped).toMatchObject({ name: 'pets', classNames: ['a', 'b'], length: 2 })
    const handle = await ask(
      'handle',
      Array.from(set, ([path, bytes]) => [path, [...bytes]]),
    )
    expect(handle).toEqual({ name: 'data', length: 2, classNames: ['a', 'b'] })
    expect(await ask('url', '/points.csv')).toEqual({ name: 'points.csv', length: 3 })
    expect(await ask('url', '/none.csv')).toMatchObject({ code: 'data', message: expect.stringContaining('404') })
  })

  it('says what is wrong in one sentence', async () => {
    const one: SentFile[] = [['set/a.png', pixels(8, 8, (i) => i)]]
    for (const [files, options, said] of [
      [[], {}, 'there are no files and no numbers'],
      [[['a.png', pixels(8, 8, (i) => i)]], {}, 'one image is no data set'],
      [[['set/a.png', text('nothing')]], {}, 'none of 1 images can be read'],
      [one, { size: 16 }, 'are smaller than 16 × 16'],
      [one, { background: 'no colour' }, 'is no colour'],
      [one, { labelColumn: 'kind' }, 'no table says the class'],
      [[['a.csv', text('')]], {}, 'the file is empty'],
      [[['a.xyz', text('?')]], {}, 'no known format'],
      [[['a.zip', text('?')]], {}, 'not a .zip that can be read'],
    ] as const) {
      expect(await ask('open', files as readonly SentFile[], options), said).toMatchObject({
        message: expect.stringContaining(said),
      })
    }
  })

  it('reads a picture as a model has it, and writes one', async () => {
    const bytes = pixels(2, 2, (i) => 255 * (Math.floor(i / 3) % 2))
    expect(await ask('picture', bytes, { shape: [1, 2, 2] })).toEqual([-1, 1, -1, 1])
    expect(await ask('picture', bytes, { shape: [1, 4, 4] })).toMatchObject({
      message: 'it: 2 × 2 pixels, expected 4 × 4: the model makes such pictures',
    })
    expect(
      await ask(
        'picture',
        pixels(2, 2, (i) => i * 20),
        { shape: [1, 2, 2] },
      ),
    ).toMatchObject({ message: expect.stringContaining('in colour') })
    expect(await ask('picture', text('no'), { shape: [1, 2, 2] })).toMatchObject({ code: 'data' })
    const data = Array.from({ length: 12 }, (_, i) => i * 20)
    const { data: raw } = await sharp(Buffer.from(await ask('encoded', 2, 2, data)))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([...raw]).toEqual(data)
  })
})
