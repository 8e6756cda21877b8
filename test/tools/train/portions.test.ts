/** Batches in portions: the same step as at once, and which part of a batch is one. */
import { assert, boolean, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtinDataset, classCount } from '../../../src/files/data/index.ts'
import { accumulate } from '../../../src/engine/optim/accumulate.ts'
import { gathered } from '../../../src/engine/optim/simd/memory.ts'
import { partOf } from '../../../src/engine/runtime/portions.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import { trainingMemory } from '../../../src/tools/train/estimate.ts'
import { createTrainer, problemOf } from '../../../src/app/train.ts'
import { lossGraph, trainingPortion } from '../../../src/tools/train/step-graph.ts'

const glyphs = builtinDataset('glyphs', { length: 40 })
const spec = defaultSpec(
  { ...glyphs, classes: classCount(glyphs) },
  { batch: 12, unet: { widths: [8, 16] }, patch: 4, flip: true, learnVariance: true, optimizer: { name: 'adamw' } },
)

describe('a batch in portions', () => {
  test('makes the same steps as at once, to rounding', async () => {
    const engine = await nodeEngine()
    const results = []
    for (const portion of [12, 4, 1]) {
      using trainer = await createTrainer(spec, glyphs, engine, { portion })
      const reports = []
      for (let i = 0; i < 3; i++) reports.push(structuredClone(await trainer.step(10)))
      results.push({ reports, params: trainer.state.params.slice() })
    }
    const [whole, ...parted] = results
    for (const { reports, params } of parted) {
      reports.forEach((report, i) => {
        const expected = whole!.reports[i]!
        expect(report.levels).toEqual(expected.levels)
        expect(report.loss).toBeCloseTo(expected.loss, 5)
        expect(report.gradientNorm / expected.gradientNorm).toBeCloseTo(1, 4)
        report.itemLoss.forEach((each, j) => expect(each / expected.itemLoss[j]!).toBeCloseTo(1, 3))
      })
      // Adam moves a parameter by the rate however small its gradient, so that where that is all rounding, so is the way it
      // goes; the three steps are 6e-5 long together.
      const apart = params.reduce((sum, each, i) => sum + Math.abs(each - whole!.params[i]!), 0) / params.length
      expect(apart).toBeLessThan(2e-7)
    }
  })

  test('refuses portions that do not fill it', async () => {
    await expect(createTrainer(spec, glyphs, await nodeEngine(), { portion: 5 })).rejects.toMatchObject({
      code: 'usage',
    })
  })

  test('has as many items to a portion as its graph may have values', async () => {
    const problem = await problemOf(spec, glyphs)
    expect(trainingPortion(lossGraph(problem, 12), 12)).toBe(12)
    const wide = await problemOf({ ...spec, network: wideNetwork(256) }, glyphs)
    const portion = trainingPortion(lossGraph(wide, 1024), 1024)
    expect(1024 % portion).toBe(0)
    expect(portion).toBeLessThan(1024)
    expect(trainingMemory(wide, portion)).toBeLessThan(trainingMemory(wide, 1024))
  })
})

const wideNetwork = (width: number) => {
  const { config, className } = defaultSpec(
    { ...glyphs, classes: classCount(glyphs) },
    { unet: { widths: [width, width] }, patch: 4, learnVariance: true },
  ).network
  return { className, config }
}

test('a part of a whole divides it, and is large', () => {
  assert(
    property(integer({ min: 1, max: 600 }), double({ min: 1, max: 700, noNaN: true }), (whole, most) => {
      const part = partOf(whole, most)
      expect(whole % part).toBe(0)
      expect(3 * part).toBeGreaterThanOrEqual(Math.min(most, whole))
      if (part > most) {
        // Only where all that are small enough are much too small.
        for (let less = 1; less <= most; less++) if (whole % less === 0) expect(3 * less).toBeLessThan(most)
      }
    }),
  )
  expect([partOf(64, 20), partOf(64, 64), partOf(61, 16), partOf(48, 20)]).toEqual([16, 64, 61, 16])
})

test('gradients add up wherever they are', () => {
  assert(
    property(integer({ min: 1, max: 9000 }), boolean(), (length, together) => {
      const into = Float32Array.from({ length }, (_, i) => i % 7)
      const from = Float32Array.from({ length }, (_, i) => (i % 5) / 4)
      const expected = into.map((each, i) => each + from[i]!)
      const arrays = together ? gathered({ into, from }) : { into, from }
      accumulate(arrays.into, arrays.from)
      expect(arrays.into).toEqual(expected)
      expect(arrays.from).toEqual(from)
    }),
    { numRuns: 20 },
  )
})
