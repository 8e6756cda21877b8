import * as fc from 'fast-check'
import { describe as suite, expect, it } from 'vitest'
import {
  affineOf,
  classCount,
  createDataset,
  denormalise,
  describe,
  loadBatch,
  pointsDataset,
  select,
  split,
  take,
  type ArrayDataset,
} from '../../../src/files/data/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const images = createDataset({
  name: 'four',
  kind: 'image',
  shape: [2, 2, 3],
  data: Uint8Array.from({ length: 48 }, (_, i) => i * 5),
  labels: Int32Array.of(0, 1, 1, 2),
})
const points = pointsDataset({ name: 'points', columns: 2, data: Float32Array.of(1, 10, 3, 30, 5, 50) })
const arrays = createDataset({ name: 'series', kind: 'array', shape: [1, 2], data: Float32Array.of(2, 4, 6, 10) })

suite('createDataset', () => {
  it('counts the items, freezes and measures the range', () => {
    expect(images.length).toBe(4)
    expect(images.range).toEqual([0, 255])
    expect(Object.isFrozen(images)).toBe(true)
    expect(arrays.range).toEqual([2, 10])
    expect(classCount(images)).toBe(3)
    expect(classCount(points)).toBe(0)
  })

  const base = { name: 'x', kind: 'array', shape: [2], data: new Float32Array(4) } as const
  it.each<[string, Parameters<typeof createDataset>[0], string]>([
    ['no items', { ...base, data: new Float32Array(0) }, 'empty'],
    ['empty items', { ...base, shape: [0] }, 'are empty'],
    ['a part of an item', { ...base, data: new Float32Array(3) }, 'no whole number'],
    ['a flat image of floats', { ...base, kind: 'image' }, '[C, H, W]'],
    ['bytes that are no image', { ...base, data: new Uint8Array(4) }, 'videos hold bytes'],
    ['a flat image', { ...base, kind: 'image', data: new Uint8Array(4) }, '[C, H, W]'],
    ['too few labels', { ...base, labels: new Int32Array(1) }, '1 labels for 2 items'],
    ['a negative label', { ...base, labels: Int32Array.of(0, -1) }, 'item 1 has the label -1'],
    ['a label beyond the names', { ...base, labels: Int32Array.of(0, 1), classNames: ['a'] }, 'allowed: 0 … 0'],
    ['NaN', { ...base, data: Float32Array.of(0, 0, Number.NaN, 0) }, 'item 1 holds NaN'],
  ])('refuses %s', (_what, parts, message) => {
    expect(() => createDataset(parts)).toThrow(
      expect.objectContaining({ code: 'data', message: expect.stringContaining(message) }),
    )
  })
})

suite('loadBatch', () => {
  it('maps bytes to [-1, 1]', () => {
    const extremes = createDataset({ name: 'x', kind: 'image', shape: [1, 1, 3], data: Uint8Array.of(0, 255, 51) })
    expect([...loadBatch(extremes, [0], new Float32Array(3))]).toEqual([-1, 1, Math.fround(51 / 127.5 - 1)])
  })

  it('takes items in the order of the indices, also twice', () => {
    const out = loadBatch(images, [3, 0, 3], new Float32Array(36))
    expect(out.slice(0, 12)).toEqual(out.slice(24))
    expect(out[0]).toBeCloseTo((36 * 5) / 127.5 - 1, 6)
    expect(out[12]).toBe(-1)
  })

  it('mirrors images left to right where asked', () => {
    const plain = loadBatch(images, [1, 1], new Float32Array(24))
    const flipped = loadBatch(images, [1, 1], new Float32Array(24), { flip: [true, false] })
    expect(flipped.slice(12)).toEqual(plain.slice(12))
    for (let row = 0; row < 4; row++) {
      expect(flipped.slice(3 * row, 3 * row + 3)).toEqual(plain.slice(3 * row, 3 * row + 3).reverse())
    }
  })

  it('standardises points column by column', () => {
    const out = loadBatch(points, [0, 1, 2], new Float32Array(6))
    const unit = Math.sqrt(3 / 2)
    const expected = [-unit, -unit, 0, 0, unit, unit]
    out.forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 6))
  })

  it('maps the range of arrays to [-1, 1], and a constant set to 0', () => {
    expect([...loadBatch(arrays, [0, 1], new Float32Array(4))]).toEqual([-1, -0.5, 0, 1])
    const constant = createDataset({ name: 'c', kind: 'array', shape: [1], data: Float32Array.of(5, 5) })
    expect([...loadBatch(constant, [0, 1], new Float32Array(2))]).toEqual([0, 0])
    expect(affineOf(constant)).toEqual({ shift: [5], scale: [1] })
  })

  it.each([4, -1, 0.5, Number.NaN])('refuses the index %s', (index) => {
    expect(() => loadBatch(images, [index], new Float32Array(12))).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it('refuses an output of another length', () => {
    expect(() => loadBatch(images, [0], new Float32Array(11))).toThrow(expect.objectContaining({ code: 'shape' }))
  })
})

suite('denormalise', () => {
  it.each<[string, ArrayDataset]>([
    ['images', images],
    ['points', points],
    ['arrays', arrays],
  ])('is the inverse for %s', (_name, dataset) => {
    const indices = Array.from({ length: dataset.length }, (_, i) => i)
    const batch = loadBatch(dataset, indices, new Float32Array(dataset.data.length))
    const back = denormalise(dataset, batch)
    expect(back.constructor).toBe(dataset.data.constructor)
    back.forEach((v, i) => expect(v).toBeCloseTo(dataset.data[i]!, 4))
  })

  it('gives every byte back, and clamps what lies beyond', () => {
    const all = createDataset({
      name: 'x',
      kind: 'image',
      shape: [1, 16, 16],
      data: Uint8Array.from(Array(256).keys()),
    })
    expect(denormalise(all, loadBatch(all, [0], new Float32Array(256)))).toEqual(all.data)
    const wild = new Float32Array(256).fill(Number.NaN)
    wild.set([-1.5, 1.5, Infinity])
    expect(denormalise(all, wild).slice(0, 4)).toEqual(Uint8Array.of(0, 255, 255, 0))
  })

  it('refuses a part of an item', () => {
    expect(() => denormalise(images, new Float32Array(5))).toThrow(expect.objectContaining({ code: 'shape' }))
  })
})

suite('parts', () => {
  it('selects items with their labels', () => {
    const part = select(images, [2, 0])
    expect(part.data).toEqual(Uint8Array.from([...images.data.slice(24, 36), ...images.data.slice(0, 12)]))
    expect([...part.labels!]).toEqual([1, 0])
  })

  it('takes the first items, at most all', () => {
    expect(take(images, 2).data).toEqual(images.data.slice(0, 24))
    expect(take(images, 99).length).toBe(4)
    expect(() => take(images, 0)).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it('splits into two parts that make the whole, with the normalisation of the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.double({ min: 0.01, max: 0.9, noNaN: true }), (n, fraction) => {
        fc.pre(Math.max(1, Math.round(fraction * n)) < n)
        const whole = pointsDataset({ name: 'n', columns: 1, data: Float32Array.from(Array(n).keys()) })
        const { train, heldOut } = split(whole, fraction, key(n))
        expect(heldOut.length).toBe(Math.max(1, Math.round(fraction * n)))
        expect([...train.data, ...heldOut.data].sort((a, b) => a - b)).toEqual([...whole.data])
        expect(train.affine).toEqual(whole.affine)
        expect(split(whole, fraction, key(n)).heldOut.data).toEqual(heldOut.data)
      }),
    )
  })

  it('holds another part back for another key', () => {
    const whole = pointsDataset({ name: 'n', columns: 1, data: Float32Array.from(Array(100).keys()) })
    expect(split(whole, 0.2, key(1)).heldOut.data).not.toEqual(split(whole, 0.2, key(2)).heldOut.data)
  })

  it.each([0, 1, -0.1, Number.NaN, 0.99])('refuses to hold back %s of four items', (fraction) => {
    expect(() => split(images, fraction, key(0))).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

suite('describe', () => {
  it('gives statistics by channel and counts classes', () => {
    const summary = describe(images)
    expect(summary).toMatchObject({ min: 0, max: 235, nonFinite: 0, classCounts: [1, 2, 1], skipped: 0 })
    const channel = (c: number) => [...images.data].filter((_, i) => Math.floor(i / 6) % 2 === c)
    for (const c of [0, 1]) {
      const mean = channel(c).reduce((a, b) => a + b) / 24
      expect(summary.mean[c]).toBeCloseTo(mean, 9)
      expect(summary.std[c]).toBeCloseTo(Math.sqrt(channel(c).reduce((a, b) => a + (b - mean) ** 2, 0) / 24), 9)
    }
  })

  it('does not cancel where the mean is large', () => {
    const data = normal(key(1), new Float32Array(10_000)).map((v) => 10_000 + v)
    expect(describe(createDataset({ name: 'far', kind: 'array', shape: [1], data })).std[0]).toBeCloseTo(1, 1)
  })

  it('counts what is not finite', () => {
    const broken = { ...arrays, data: Float32Array.of(1, Number.NaN, Infinity, 3) }
    expect(describe(broken)).toMatchObject({ nonFinite: 2, mean: [2], min: 1, max: 3 })
  })
})
