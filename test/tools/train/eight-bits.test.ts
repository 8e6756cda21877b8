/** Training whose large products are in eight bits. */
import { expect, test } from 'vitest'
import { builtinDataset, classCount } from '../../../src/files/data/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import { createTrainer } from '../../../src/app/train.ts'

const engine = await nodeEngine()
const glyphs = builtinDataset('glyphs', { length: 16 })
const specOf = (widths: readonly number[], arithmetic: TrainSpec['arithmetic']): TrainSpec => ({
  ...defaultSpec(
    { ...glyphs, classes: classCount(glyphs) },
    { batch: 4, unet: { widths, depth: 1, attention: 'none' } },
  ),
  arithmetic,
})

/** The losses and norms of a few steps, and the parameters behind them. */
async function steps(spec: TrainSpec) {
  using trainer = await createTrainer(spec, glyphs, engine, { threads: 1 })
  const reports: number[] = []
  for (let i = 0; i < 2; i++) {
    const { loss, gradientNorm } = await trainer.step(10)
    reports.push(loss, gradientNorm)
  }
  return { reports, params: trainer.state.params.slice(), remarks: trainer.remarks }
}

test('goes nearly the same way, and exactly the same way twice', async () => {
  const exact = await steps(specOf([32], undefined))
  const [one, two] = [await steps(specOf([32], 'int8')), await steps(specOf([32], 'int8'))]
  expect(two).toEqual({ ...one, remarks: two.remarks })
  one.reports.forEach((each, i) => {
    expect(each).not.toBe(exact.reports[i])
    expect(each / exact.reports[i]!).toBeCloseTo(1, 1)
  })
})

test('says where nothing is large enough, and refuses devices that do not do it', async () => {
  const narrow = await steps(specOf([16], 'int8'))
  expect(narrow.remarks).toEqual([
    expect.stringContaining('no convolution or projection of this network is large enough'),
  ])
  expect(narrow.params).toEqual((await steps(specOf([16], 'float32'))).params)
  await expect(createTrainer(specOf([32], 'int8'), glyphs, engine, { device: 'webgpu' })).rejects.toMatchObject({
    code: 'device',
    message: expect.stringContaining('eight bits on webgpu'),
  })
})
