/** Models that stay open: what is compiled, what runs at once, how it is stopped, what is refused. Every family. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/app/node/open.ts'
import { writeDrawn, writeTrajectory } from '../../src/app/node/write-drawn.ts'
import { openModel } from '../../src/app/open.ts'
import { pictureBytes } from '../../src/app/picture-bytes.ts'
import type { DrawRequest, WarmModel } from '../../src/app/warm-model.ts'
import { averagePooling } from '../../src/diffusion/measure/index.ts'
import { ddim } from '../../src/diffusion/sample/ddim.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Drawn, Progress } from '../../src/families/family.ts'
import { parseNpy } from '../../src/files/data/index.ts'
import { readModelFolder } from '../../src/files/io/node/index.ts'
import { linesIn } from '../cli/support.ts'
import { temporaryFolder, tinyImages, tinyPoints } from '../cli/tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  writeFileSync(at('verse.txt'), 'The cat sat on the mat.\n'.repeat(60))
  const text = 'train FOLDER/verse.txt --batch 8 --length 16 --widths 32 --depth 1 -q --steps 4'
  for (const line of [
    `train ${tinyImages.join(' ')} --steps 4 -q -o FOLDER/images`,
    `train ${tinyPoints.join(' ')} --steps 4 -q -o FOLDER/points`,
    `${text} -o FOLDER/text`,
    `${text} --objective diffusion-lm -o FOLDER/lm`,
    'train maps --items 40 --batch 8 --widths 8,16 --steps 2 -q -o FOLDER/maps',
  ]) {
    expect(await linesIn(folder)(line)).toMatchObject({ status: 0, stderr: '' })
  }
}, 120_000)

const valuesOf = (drawn: Drawn): number[] => Array.from(drawn.array().data, Number)

/** A model, a drawing, and another in the same shapes. */
const warm: readonly (readonly [name: string, first: DrawRequest, again: DrawRequest])[] = [
  ['images', { count: 3, steps: 3 }, { count: 3, steps: 5, seed: 4, class: 'all', sampler: 'ddim' }],
  ['images', { count: 2, steps: 2, guidance: 2, class: 3 }, { count: 2, steps: 3, guidance: 1, class: [1, '7'] }],
  ['points', { count: 5, steps: 3, arithmetic: 'float32' }, { count: 5, steps: 2, class: 'upper' }],
  ['text', { count: 2, steps: 3 }, { count: 2, steps: 4, temperature: 0.5 }],
  ['text', { count: 2, steps: 3, length: 9 }, { count: 2, steps: 2, infill: 'The [MASK…]', length: 9 }],
  ['lm', { count: 2, steps: 3 }, { count: 2, steps: 2, clamp: true, sampler: 'ddim' }],
  ['lm', { count: 2, steps: 3, require: ['cat@2'] }, { count: 2, steps: 2, require: ['cat@2'], seed: 5 }],
  ['maps', { count: 2, steps: 3 }, { count: 2, steps: 2, seed: 3 }],
]

test.each(warm)('%s %j: the second drawing compiles nothing', async (name, first, again) => {
  using painter = await open(at(name))
  expect(painter.compilations).toBe(0)
  const before = await painter.draw(first)
  const compiled = painter.compilations
  expect(compiled).toBeGreaterThan(0)
  expect((await painter.draw(again)).count).toBe(again.count)
  const after = await painter.draw(first)
  expect(painter.compilations).toBe(compiled)
  expect(valuesOf(after)).toEqual(valuesOf(before))
})

/** Requests that are drawn at once; some do not fit with the others. */
const together: readonly (readonly [name: string, requests: readonly DrawRequest[]])[] = [
  [
    'images',
    [
      { count: 2, steps: 3, seed: 1, sampler: 'ddpm' },
      { count: 1, steps: 3, seed: 2, sampler: 'ddpm' },
      { count: 3, steps: 2, seed: 1 },
      { count: 2, steps: 3, seed: 7, class: [3, 1], sampler: 'ddpm' },
      { count: 1, steps: 3, seed: 8, class: 2, sampler: 'ddpm' },
    ],
  ],
  [
    'points',
    [
      { count: 5, steps: 3 },
      { count: 4, steps: 3, seed: 3 },
    ],
  ],
  [
    'text',
    [
      { count: 1, steps: 3 },
      { count: 2, steps: 3, seed: 3 },
    ],
  ],
]

test.each(together)('%s: each of several requests gets what it gets alone', async (name, requests) => {
  using painter = await open(at(name))
  const all = await painter.drawAll(requests)
  expect(all.map(({ count }) => count)).toEqual(requests.map(({ count }) => count))
  for (const [i, request] of requests.entries()) {
    const alone = await painter.draw(request)
    expect(all[i]!.how).toEqual(alone.how)
    expect(all[i]!.classes).toEqual(alone.classes)
    const [ours, its] = [valuesOf(all[i]!), valuesOf(alone)]
    expect(ours).toHaveLength(its.length)
    expect(Math.max(...ours.map((value, k) => Math.abs(value - its[k]!)))).toBeLessThan(1e-4)
  }
})

test('several requests are refused together, before anything is drawn', async () => {
  using painter = await open(at('images'))
  await expect(painter.drawAll([{ count: 1 }, { count: 1, steps: 0 }])).rejects.toMatchObject({ code: 'usage' })
  expect(painter.compilations).toBe(0)
})

/** An engine that counts the sessions which it makes. */
async function counting(): Promise<Engine & { readonly sessions: number }> {
  const { createSessionOf, expect: _, ...engine } = await nodeEngine()
  let sessions = 0
  return {
    ...engine,
    get sessions() {
      return sessions
    },
    createSession(...asked) {
      sessions++
      return engine.createSession(...asked)
    },
    createSessionOf: async (...asked) => {
      sessions++
      return createSessionOf!(...asked)
    },
  }
}

describe.each<readonly [what: string, work: (painter: WarmModel, digit: Float32Array, seed: number) => Promise<Drawn>]>(
  [
    [
      'restore',
      (painter, digit, seed) => painter.restore(digit, { task: 'denoise', sigma: 0.1, count: 2, steps: 2, seed }),
    ],
    [
      'restore without derivatives',
      (painter, digit, seed) =>
        painter.restore(digit, { task: 'denoise', sigma: 0.1, method: 'ddrm', count: 2, steps: 2, seed }),
    ],
    ['edit', (painter, digit, seed) => painter.edit(digit, { count: 2, steps: 2, seed })],
    ['guided edit', (painter, digit, seed) => painter.edit(digit, { count: 2, steps: 2, class: 3, guidance: 1, seed })],
    [
      'inversion',
      (painter, digit, seed) => painter.edit(digit, { method: 'invert', from: 1, class: seed, count: 2, steps: 2 }),
    ],
    ['walk', (painter, digit) => painter.edit(digit, { to: digit, count: 3, steps: 2 })],
    ['encode', (painter, digit) => painter.encode(digit, { steps: 2 })],
    ['decode', (painter, _, seed) => painter.decode(new Float32Array(32 * 32).fill(0.5), { steps: 2, class: seed })],
  ],
)('%s', (_, work) => {
  test('compiles nothing the second time, also of several at once, and makes what it makes cold', async () => {
    const engine = await counting()
    using painter = await open(at('images'), { engine })
    const digit = Float32Array.from({ length: 28 * 28 }, (__, i) => Math.sin(i))
    const first = await work(painter, digit, 1)
    const [compiled, sessions] = [painter.compilations, engine.sessions]
    expect(compiled).toBeGreaterThan(0)
    expect(sessions).toBeGreaterThan(0)
    const [again, other] = await Promise.all([1, 2].map((seed) => work(painter, digit, seed)))
    expect([painter.compilations, engine.sessions]).toEqual([compiled, sessions])
    expect(valuesOf(again!)).toEqual(valuesOf(first))
    using cold = await open(at('images'))
    expect(valuesOf(await work(cold, digit, 2))).toEqual(valuesOf(other!))
  })
})

test.each(['images', 'points', 'text', 'lm', 'maps'])(
  '%s: many at once are equal to one after another',
  async (name) => {
    using painter = await open(at(name))
    const requests = [1, 2, 3, 4, 5].map((seed) => ({ seed, count: 1 + (seed % 3), steps: 4 }))
    const alone: number[][] = []
    for (const request of requests) alone.push(valuesOf(await painter.draw(request)))
    const together = await Promise.all(requests.map((request) => painter.draw(request)))
    expect(together.map(valuesOf)).toEqual(alone)
  },
)

test.each([
  ['images', 50],
  ['text', 200],
  ['lm', 400],
  ['maps', 50],
])('%s: the event loop lives while several are drawn', async (name, steps) => {
  using painter = await open(at(name))
  let turns = 0
  const turn = (): void => {
    turns++
    pending = setImmediate(turn)
  }
  let pending = setImmediate(turn)
  await Promise.all([1, 2, 3, 4].map((seed) => painter.draw({ seed, count: 2, steps })))
  clearImmediate(pending)
  expect(turns).toBeGreaterThan(3)
})

describe('stopped', () => {
  test.each(['images', 'text', 'lm'])('%s: before or on the way, it is one error', async (name) => {
    using painter = await open(at(name))
    const aborted = { code: 'interrupted', message: 'drawing was stopped' }
    await expect(painter.draw({ signal: AbortSignal.abort() })).rejects.toMatchObject(aborted)
    for (const after of [0, 2]) {
      const controller = new AbortController()
      const onProgress = ({ step }: Progress): void => {
        if (step?.index === after) controller.abort()
      }
      const drawn = painter.draw({ steps: 5, count: 2, signal: controller.signal, onProgress })
      await expect(drawn).rejects.toMatchObject(aborted)
    }
    expect((await painter.draw({ steps: 2, count: 1 })).count).toBe(1)
  })

  test('a model that was disposed of says so', async () => {
    const painter = await open(at('points'))
    await painter.draw({ count: 1, steps: 1 })
    painter.dispose()
    await expect(painter.draw({ count: 1 })).rejects.toThrow('disposed of')
  })

  test('what is under way when a model is disposed of is finished first', async () => {
    const request = { count: 2, steps: 20, seed: 4 }
    const painter = await open(at('points'))
    const expected = valuesOf(await painter.draw(request))
    const fresh = await open(at('points'))
    const drawing = fresh.draw({ ...request, onProgress: () => fresh.dispose() })
    expect(valuesOf(await drawing)).toEqual(expected)
    await expect(fresh.draw(request)).rejects.toThrow('disposed of')
    painter.dispose()
  })

  test('what is no model is refused in a sentence', async () => {
    for (const none of [3, null, undefined, {}]) {
      await expect(open(none as never)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/^a model is needed/),
      })
    }
    await expect(open({ family: 'imges' } as never)).rejects.toMatchObject({ code: 'model' })
    using painter = await open(at('points'))
    await expect(painter.draw({ seed: {} as never })).rejects.toMatchObject({ code: 'usage' })
  })
})

test('progress counts images, and shows them', async () => {
  using painter = await open(at('images'))
  const seen: Progress[] = []
  await painter.draw({ count: 3, batch: 2, steps: 2, onProgress: (progress) => seen.push(progress) })
  expect(seen.map(({ done, total, unit }) => `${done}/${total} ${unit}`)).toEqual([
    '1/3 images',
    '2/3 images',
    '2.5/3 images',
    '3/3 images',
  ])
  expect(seen[0]!.step).toMatchObject({ index: 0, total: 2 })
  expect(seen[0]!.step!.view().raster!().height).toBeGreaterThan(27)
})

describe('own parts', () => {
  test('a sampler by name', async () => {
    const own = { samplers: { mine: () => ({ ...ddim(), name: 'mine' }) } }
    using painter = await open(at('points'), { own })
    const mine = await painter.draw({ count: 3, steps: 3, sampler: 'mine' })
    expect(mine.how).toMatchObject({ sampler: 'mine' })
    expect(valuesOf(mine)).toEqual(valuesOf(await painter.draw({ count: 3, steps: 3, sampler: 'ddim' })))
    await expect(painter.draw({ sampler: 'mien' })).rejects.toMatchObject({
      hint: expect.stringContaining('did you mean mine?'),
    })
  })

  test('a sampler of the other kind of noise is refused', async () => {
    const own = { samplers: { mine: () => ddim() } }
    using painter = await open(at('text'), { own })
    await expect(painter.draw({ sampler: 'mine' })).rejects.toThrow('a sampler of Gaussian noise')
  })

  test('a measurement by name', async () => {
    const own = { measurements: { halved: (shape: readonly number[]) => averagePooling(shape, 2) } }
    using painter = await open(at('images'), { own })
    const y = new Float32Array(14 * 14).fill(0.5)
    const mine = await painter.restore(y, { task: 'halved', count: 2, steps: 2, seed: 1 })
    const built = await painter.restore(y, { task: 'super-resolution', factor: 2, count: 2, steps: 2, seed: 1 })
    expect(valuesOf(mine)).toEqual(valuesOf(built))
    await expect(painter.restore(y, { task: 'halve' })).rejects.toMatchObject({ hint: 'did you mean halved?' })
  })
})

describe('refused', () => {
  const attempts: readonly (readonly [name: string, (painter: WarmModel) => Promise<Drawn>, message: RegExp])[] = [
    ['images', (painter) => painter.draw({ infill: 'x' }), /`infill` means nothing to a model of images and points/],
    ['images', (painter) => painter.draw({ colour: 1 }), /there is no option `colour` of sample/],
    ['images', (painter) => painter.draw({ churn: 1, eta: 1 }), /`churn` cannot be used with `eta`/],
    ['images', (painter) => painter.draw({ count: 0 }), /`count` is 0\. It must be a whole number from 1/],
    ['images', (painter) => painter.draw({ steps: 2.5 }), /`steps` is 2\.5\./],
    ['images', (painter) => painter.draw({ clip: 'yes' }), /`clip` is yes: true or false/],
    ['images', (painter) => painter.draw({ spacing: 'karas' }), /Did you mean karras/],
    ['images', (painter) => painter.draw({ class: 'cat' }), /there is no class 'cat'/],
    ['images', (painter) => painter.edit(new Float32Array(3)), /3 values, expected \[1, 28, 28\]/],
    ['images', (painter) => painter.encode(new Float32Array(3)), /3 values are no whole items of \[1, 28, 28\]/],
    ['images', (painter) => painter.decode(new Float32Array(0)), /0 values are no whole items of \[16, 8, 8\]/],
    ['text', (painter) => painter.edit(new Float32Array(3)), /edit means nothing to a model of .*tokens.*images/],
    ['lm', (painter) => painter.draw({ class: 1 }), /`class` means nothing/],
  ]
  test.each(attempts)('%s %s', async (name, attempt, message) => {
    using painter = await open(at(name))
    await expect(attempt(painter)).rejects.toThrow(message)
    expect(painter.compilations).toBe(0)
  })
})

test('a folder held in memory draws what the one on the disk draws, and reads nothing by name', async () => {
  const engine = await nodeEngine()
  using here = await openModel(await readModelFolder(at('points')), { engine })
  using there = await open(at('points'), { engine })
  const request = { count: 4, steps: 3, seed: 2 }
  expect(valuesOf(await here.draw(request))).toEqual(valuesOf(await there.draw(request)))
  await expect(here.draw({ weak: 'runs/other', guidance: 1 })).rejects.toThrow('reads nothing by name')
  using model = await open(there.model)
  expect(valuesOf(await model.draw(request))).toEqual(valuesOf(await there.draw(request)))
})

describe('written', () => {
  test('a grid enlarged, one file each, an array; never over a file unless asked', async () => {
    using painter = await open(at('images'))
    const drawn = await painter.draw({ count: 3, steps: 2, class: '1,2', frames: true })
    expect(await writeDrawn(at('grid.png'), drawn, { columns: 3, scale: 2 })).toEqual([at('grid.png')])
    expect(await sharp(at('grid.png')).metadata()).toMatchObject({ width: 2 * (3 * 30 + 2), height: 2 * 32 })
    await expect(writeDrawn(at('grid.png'), drawn)).rejects.toMatchObject({ code: 'exists' })
    expect(await writeDrawn(at('grid.png'), drawn, { overwrite: true })).toHaveLength(1)
    const files = await writeDrawn(at('each'), drawn)
    expect(files).toEqual(['00000-1.png', '00001-2.png', '00002-1.png'].map((name) => join(at('each'), name)))
    await writeDrawn(at('values.npy'), drawn)
    expect(parseNpy(readFileSync(at('values.npy')))).toMatchObject({ shape: [3, 1, 28, 28] })
    await writeTrajectory(at('way.webp'), drawn)
    expect((await sharp(at('way.webp'), { animated: true }).metadata()).pages).toBe(2)
  })

  test('texts: one file each, and refused as a picture', async () => {
    using painter = await open(at('text'))
    const drawn = await painter.draw({ count: 2, steps: 2 })
    expect(await writeDrawn(at('texts'), drawn)).toHaveLength(2)
    expect(readFileSync(join(at('texts'), '00001.txt'), 'utf8')).toBe(`${drawn.texts!()[1]}\n`)
    await expect(writeDrawn(at('text.png'), drawn)).rejects.toThrow('no picture of such items')
    await expect(writeTrajectory(at('way.txt'), drawn)).rejects.toThrow('were not kept')
  })

  test('PNG bytes made here are what sharp reads', async () => {
    using painter = await open(at('images'))
    const drawn = await painter.draw({ count: 2, steps: 2 })
    const raster = drawn.raster!({ columns: 2 })
    const { data, info } = await sharp(pictureBytes(drawn, { columns: 2 }))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: raster.width, height: raster.height })
    expect(Uint8Array.from(data)).toEqual(Uint8Array.from(raster.data))
    const large = await sharp(pictureBytes(drawn.part(1, 1), { scale: 3 })).metadata()
    expect(large).toMatchObject({ width: 84, height: 84, format: 'png' })
  })
})
