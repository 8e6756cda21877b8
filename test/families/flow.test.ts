/** Shades and dequantisation, batches as functions of the step, and the units of likelihoods. */
import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jointLayout } from '../../src/tools/train/parts.ts'
import { createDataset } from '../../src/files/data/dataset.ts'
import { densityDataset } from '../../src/files/data/builtin/densities.ts'
import { key } from '../../src/engine/random/index.ts'
import { specOf } from '../../src/families/flow/spec-of.ts'
import { flowProblem } from '../../src/families/flow/problem.ts'
import { flowFolderOf, flowModelOf } from '../../src/families/flow/model.ts'
import { parseSpec } from '../../src/families/flow/spec.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { binWidth, dequantise, shadesOf, toShades, unitsOf } from '../../src/families/flow/shades.ts'

const picture = (values: readonly number[], labels?: Int32Array) =>
  createDataset({
    name: 'p',
    kind: 'image',
    shape: [1, 2, 2],
    data: Uint8Array.from(values),
    ...(labels && { labels }),
  })
/** Byte values of n equally spaced shades, rounded. */
const shadesOfBytes = (n: number): number[] =>
  Array.from({ length: 4 * Math.ceil(n / 4) }, (_, i) => Math.round((255 * Math.min(i, n - 1)) / (n - 1)))

describe('shades', () => {
  test.each([2, 3, 17, 52, 64])('%i shades are counted', (n) => {
    expect(shadesOf(picture(shadesOfBytes(n)))).toBe(n)
  })

  test('of bytes without a grid there are 256, of other numbers none', () => {
    expect(shadesOf(picture([0, 1, 2, 255]))).toBe(256)
    expect(shadesOf(densityDataset('moons', 20, key(0)))).toBeUndefined()
  })

  test('noise stays within the bin of its shade, and is taken off again exactly', () => {
    assert(
      property(integer({ min: 2, max: 256 }), integer({ min: 0, max: 1000 }), (n, seed) => {
        const clean = Float32Array.from({ length: n }, (_, k) => -1 + k * binWidth(n))
        const noisy = dequantise(clean.slice(), n, key(seed))
        noisy.forEach((x, k) => expect(Math.abs(x - clean[k]!)).toBeLessThan(0.5 * binWidth(n) + 1e-6))
        toShades(noisy.slice(), n).forEach((x, k) => expect(Math.abs(x - clean[k]!)).toBeLessThan(1e-6))
      }),
      { numRuns: 40 },
    )
  })

  test('units: the volume of a bin for shades, that of the data elsewhere', () => {
    expect(unitsOf({ range: [0, 255] }, 17, 3)).toBeCloseTo(-3 * Math.log(1 / 8), 10)
    expect(unitsOf({ range: [0, 1], affine: { shift: [0, 0], scale: [2, 0.5] } }, null, 2)).toBeCloseTo(0, 10)
    expect(unitsOf({ range: [0, 4] }, null, 3)).toBeCloseTo(3 * Math.log(2), 10)
  })
})

describe('a problem', () => {
  const labels = Int32Array.from({ length: 16 }, (_, i) => i % 2)
  const data = picture(
    Array.from({ length: 64 }, (_, i) => 85 * (i % 4)),
    labels,
  )
  const spec = specOf(data, { batch: 4, steps: 10, widths: [8], depth: 1, dropout: 0.2, model: 'flow' }, {})
  const problem = flowProblem(spec, data)

  test('fills a batch by the step alone, masks of dropout too', () => {
    const [one, other] = [problem.emptyBatch(), problem.emptyBatch()]
    for (const step of [7, 2, 5]) problem.fill(one, step)
    problem.fill(other, 5)
    expect(Object.keys(one.feeds).length).toBeGreaterThan(3)
    expect(one.feeds).toEqual(other.feeds)
    problem.fill(other, 6)
    expect(one.feeds).not.toEqual(other.feeds)
  })

  test('a specification and a folder come back as they were', async () => {
    expect(parseSpec(JSON.parse(JSON.stringify(spec)), 'spec')).toEqual(spec)
    const layout = jointLayout(problem.parts)
    const average = Float32Array.from({ length: layout.size }, (_, i) => Math.sin(i))
    const state = { step: 3, params: average, average, optimizer: { step: 3, slots: {} } }
    const model = await problem.snapshot(state as never)
    const again = flowModelOf(decodeModelFolder(encodeModelFolder(flowFolderOf(model))))
    expect(again.weights).toEqual(model.weights)
    expect(again).toMatchObject({ shades: 4, classNames: ['0', '1'], family: 'flow' })
  })

  test.each([
    [{ batch: 17 }, /larger than the data/],
    [{ network: { className: 'TarFlow', config: { sample_size: 4, patch_size: 2 } } }, /takes \[1, 4, 4\]/],
    [{ network: 'TarFlow', depth: undefined }, undefined],
    [
      { labelDropout: 0.1, network: { className: 'AutoregressiveFlow', config: { num_class_embeds: 2 } } },
      /3|no class/,
    ],
  ])('%j', (options, message) => {
    const make = () => specOf(data, { batch: 4, steps: 1, model: 'flow', ...options }, {})
    if (message) expect(make).toThrow(message)
    else expect(make().network).toMatchObject({ className: 'TarFlow', config: { shades: 4, sample_size: 4 } })
  })
})
