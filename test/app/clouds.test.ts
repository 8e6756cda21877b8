import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { fit } from '../../src/app/node/fit.ts'
import { open } from '../../src/app/node/open.ts'
import { writeDrawn } from '../../src/app/node/write-drawn.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { WarmModel } from '../../src/app/warm-model.ts'
import { builtinDataset } from '../../src/files/data/builtin/index.ts'
import { parseMesh } from '../../src/files/data/formats/mesh/parse-mesh.ts'
import { affineOf } from '../../src/files/data/normalise.ts'
import { select } from '../../src/files/data/subset.ts'
import { evaluateSamples } from '../../src/tools/eval/evaluate-samples.ts'
import { formatReport } from '../../src/tools/eval/format-report.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-clouds-'))
const place = join(folder, 'run')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let model: WarmModel
beforeAll(async () => {
  await fit('solids', { items: 40, points: 16, steps: 2, batch: 4, widths: [8], depth: 1, out: place })
  model = await open(place)
})
afterAll(() => model.dispose())

test('the folder knows a set transformer, and the map to the units of the data', async () => {
  const meta = JSON.parse(readFileSync(join(place, 'tweedie.json'), 'utf8')) as {
    data: { kind: string; affine: unknown }
  }
  const { affine } = builtinDataset('solids', { length: 40, points: 16 })
  expect(meta.data).toMatchObject({ kind: 'cloud', shape: [16, 3], affine })
  const drawn = await model.draw({ count: 3, steps: 2, class: 'cone' })
  expect(drawn.shape).toEqual([3, 16, 3])
  expect(drawn.classes).toEqual(['cone', 'cone', 'cone'])
})

test('items are written as shapes, pictures and arrays', async () => {
  const drawn = await model.draw({ count: 2, steps: 2, class: 'cone,torus', seed: 4 })
  const values = drawn.array().data as Float32Array
  const several = await writeDrawn(join(folder, 'x.ply'), drawn)
  expect(several.map((path) => path.slice(folder.length + 1))).toEqual(['x-00000-cone.ply', 'x-00001-torus.ply'])
  const [first] = several as [string]
  expect(Float32Array.from(parseMesh(readFileSync(first), first).points)).toEqual(values.slice(0, 48))
  await writeDrawn(join(folder, 'both.obj'), drawn)
  const both = parseMesh(readFileSync(join(folder, 'both.obj')), 'both.obj')
  expect(Float32Array.from(both.points)).toEqual(values)
  await writeDrawn(join(folder, 'both.svg'), drawn)
  const circles = readFileSync(join(folder, 'both.svg'), 'utf8').match(/<circle/g)
  expect(circles).toHaveLength(32)
  const each = await writeDrawn(join(folder, 'each'), drawn)
  expect(each.map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual([
    '00000-cone.png',
    '00000-cone.ply',
    '00001-torus.png',
    '00001-torus.ply',
  ])
  await expect(writeDrawn(join(folder, 'x.glb'), drawn)).rejects.toThrow('the extension chooses the format')
  await expect(writeDrawn(first, await model.draw({ count: 1, steps: 2 }))).rejects.toMatchObject({ code: 'exists' })
})

describe('a part', () => {
  const part = Float32Array.from({ length: 5 * 3 }, (_, i) => Math.sin(i) / 2)

  it('is kept, up to its noise, and the rest is drawn', async () => {
    const drawn = await model.restore(part, { count: 2, steps: 6, sigma: 0, method: 'ddrm' })
    expect(drawn.shape).toEqual([2, 16, 3])
    expect(drawn.beside).toBeUndefined()
    const values = drawn.array().data as Float32Array
    for (const item of [0, 1]) part.forEach((x, i) => expect(values[48 * item + i]).toBeCloseTo(x, 4))
    expect(Array.from(values.subarray(15, 48))).not.toEqual(Array.from(values.subarray(63)))
  })

  it('is a file of points, in the units of the data; a mesh and a whole cloud are thinned to half', async () => {
    const path = join(folder, 'part.xyz')
    writeFileSync(path, '0.1 0.2 0.3\n-0.1 0 0.5\n')
    const drawn = await model.restore(path, { count: 1, steps: 4, sigma: 0, method: 'ddrm' })
    const values = Array.from(drawn.array().data.slice(0, 6), Number)
    ;[0.1, 0.2, 0.3, -0.1, 0, 0.5].forEach((x, i) => expect(values[i]).toBeCloseTo(x, 4))
    const whole = new Float32Array(48).map((_, i) => Math.cos(i))
    const half = await model.restore(whole, { count: 1, steps: 2, simulate: true, method: 'ddrm' })
    expect(half.count).toBe(1)
  })

  it('is refused where it is none', async () => {
    await expect(model.restore(part, { task: 'inpaint' })).rejects.toThrow('what a model of clouds restores is a part')
    await expect(model.restore(part, { kernel: 'box:3' })).rejects.toThrow('`kernel` is for pictures')
    await expect(model.restore(new Float32Array(4), {})).rejects.toThrow('4 values are no whole points of 3')
    const flat = join(folder, 'flat.xyz')
    writeFileSync(flat, '0 1\n1 0\n')
    await expect(model.restore(flat, {})).rejects.toThrow('points of 2 coordinates, and the model makes 3')
  })
})

test('an edit keeps the number of points, and a walk puts the points of its end in the order of its beginning', async () => {
  const cloud = new Float32Array(48).map((_, i) => Math.sin(3 * i) / 2)
  const moved = Float32Array.from({ length: 48 }, (_, i) => cloud[(i + 9) % 48]!)
  const changed = await model.edit(cloud, { strength: 0.3, steps: 4, count: 1 })
  expect(changed.shape).toEqual([1, 16, 3])
  for (const [name, values] of [
    ['a', cloud],
    ['b', moved],
  ] as const) {
    const rows = Array.from({ length: 16 }, (_, i) => values.subarray(3 * i, 3 * i + 3).join(' '))
    writeFileSync(join(folder, `${name}.pts`), `${rows.join('\n')}\n`)
  }
  // the same set in another order: nothing is between them
  const walk = await model.edit(join(folder, 'a.pts'), { to: join(folder, 'b.pts'), count: 2, steps: 4 })
  const values = Array.from(walk.array().data, Number)
  values.slice(0, 48).forEach((x, i) => expect(x).toBeCloseTo(values[48 + i]!, 4))
})

test('samples are judged against real clouds, over the whole sets', async () => {
  const all = builtinDataset('solids', { length: 90, points: 16 })
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
  const [train, heldOut, samples] = [select(all, range(0, 40)), select(all, range(40, 65)), select(all, range(65, 90))]
  const engine = await nodeEngine()
  const { labels: _, ...unlabelled } = samples
  const report = await evaluateSamples(unlabelled, train, engine, { heldOut })
  expect(report.comparisons).toHaveLength(2)
  expect(report.comparisons[1]).toMatchObject({ kind: 'clouds', compared: 25, part: 'held-out' })
  // the order of points changes nothing
  const mixed = Float32Array.from(samples.data, (_, i) => {
    const [item, row] = [Math.floor(i / 48), Math.floor(i / 3) % 16]
    return samples.data[48 * item + 3 * ((row * 5 + 3) % 16) + (i % 3)]!
  })
  const again = await evaluateSamples({ ...unlabelled, data: mixed }, train, engine, { heldOut })
  expect(again.comparisons[1]).toMatchObject({ kind: 'clouds' })
  expect(formatReport(again)).toBe(formatReport(report))
  expect(formatReport(report)).toContain('1-NNA by Chamfer (50 % is best)')
  const copies = await evaluateSamples(select(train, range(0, 30)), { ...train, labels: undefined }, engine)
  expect(copies.comparisons[0]).toMatchObject({ chamfer: { minimumMatching: expect.any(Number) as number } })
  expect(affineOf(train).shift).toHaveLength(48)
})
