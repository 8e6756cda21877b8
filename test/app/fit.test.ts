/** Training in one call. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fit as fitData } from '../../src/app/fit.ts'
import { fit } from '../../src/app/node/fit.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { train } from '../../src/app/train.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import type { Model } from '../../src/families/values/model.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { readCheckpoint } from '../../src/tools/train/node/run-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-fit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const moons = builtinDataset('moons', { length: 64 })
const tiny = { steps: 6, batch: 16, widths: [8], depth: 1 }

test('is what train does with the defaults', async () => {
  const model = await fitData<Model>(moons, { ...tiny, engine })
  const spec = defaultSpec(
    { ...moons, classes: 2 },
    { budget: { steps: 6 }, batch: 16, unet: { widths: [8], depth: 1 } },
  )
  let trained: Model | undefined
  for await (const event of train({ spec, dataset: moons, engine })) {
    if (event.type === 'checkpoint') trained = event.model
  }
  expect(model.weights).toEqual(trained!.weights)
  expect(await fit('moons', { ...tiny, items: 64 })).toMatchObject({ weights: model.weights })
  expect(await fit({ path: 'moons', length: 64 }, { ...tiny })).toMatchObject({ weights: model.weights })
})

test('takes rows of numbers, and arrays', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => [i, i % 3])
  const model = await fitData<Model>(rows, { steps: 2, widths: [8], engine })
  expect(model.meta.data).toMatchObject({ kind: 'points', shape: [2] })
  const bytes = { shape: [8, 12, 12], data: new Uint8Array(8 * 144).map((_, i) => i % 251) }
  expect((await fitData<Model>(bytes, { steps: 1, engine, widths: [8, 8] })).meta.data).toMatchObject({
    kind: 'image',
    shape: [1, 12, 12],
  })
  await expect(fitData([[1, 2], [3]], { steps: 1, engine })).rejects.toThrow('row 1 has 1 numbers, and the first 2')
})

test('in a folder, the run is there and goes on', async () => {
  const out = join(folder, 'run')
  const model = await fit<Model>('moons', { ...tiny, items: 64, out })
  expect(readdirSync(out)).toEqual(expect.arrayContaining(['checkpoint.safetensors', 'train.json', 'tweedie.json']))
  expect(((await openFolder(out)).model as Model).weights).toEqual(model.weights)
  await expect(fit('moons', { ...tiny, out })).rejects.toMatchObject({ code: 'exists' })
  await expect(fit(moons, { ...tiny, out })).rejects.toMatchObject({ code: 'usage' })
})

test('a model is saved and opened again', async () => {
  const model = await fitData<Model>(moons, { ...tiny, engine })
  await saveModel(join(folder, 'saved'), model)
  expect(((await openFolder(join(folder, 'saved'))).model as Model).weights).toEqual(model.weights)
})

test('is stopped by its signal, in one way', async () => {
  const controller = new AbortController()
  const stopped = fitData(moons, {
    ...tiny,
    steps: 1000,
    engine,
    signal: controller.signal,
    onEvent: ({ type }) => (type === 'step' ? controller.abort() : undefined),
  })
  await expect(stopped).rejects.toMatchObject({ code: 'interrupted' })
})

test('refuses options that nobody has, or another family', async () => {
  await expect(fitData(moons, { ...tiny, stpes: 4, engine })).rejects.toMatchObject({
    code: 'usage',
    message: 'there is no option `stpes` of train',
    hint: 'did you mean `steps`?',
  })
  await expect(fitData(moons, { ...tiny, kernel: 'uniform', engine })).rejects.toThrow(
    '`kernel` means nothing to a model of images and points; it is for models of tokens',
  )
  await expect(fitData(moons, { ...tiny, model: 'value', engine })).rejects.toMatchObject({
    code: 'usage',
    hint: 'did you mean values?',
  })
  await expect(fitData(moons, { ...tiny, model: 'tokens', engine })).rejects.toMatchObject({ code: 'usage' })
  await expect(fitData(moons, { steps: 1, minutes: 1, engine })).rejects.toThrow('exclude each other')
})

test('refuses what is no data, and no model to begin with, in a sentence', async () => {
  for (const none of [3, null, undefined, {}]) {
    const refusal = { code: 'usage', message: expect.stringMatching(/^data are needed/) }
    await expect(fitData(none as never, { ...tiny, engine })).rejects.toMatchObject(refusal)
    await expect(fit(none as never, tiny)).rejects.toMatchObject(refusal)
  }
  for (const none of [3, {}]) {
    await expect(fit('moons', { ...tiny, items: 64, from: none as never })).rejects.toMatchObject({ code: 'usage' })
  }
})

test('two at once, with others beside them, are what each is alone', async () => {
  const alone = await fitData<Model>(moons, { ...tiny, seed: 1, engine })
  const [first, other, again] = await Promise.all(
    [1, 2, 1].map((seed) => fitData<Model>(moons, { ...tiny, seed, engine })),
  )
  expect(first!.weights).toEqual(alone.weights)
  expect(again!.weights).toEqual(alone.weights)
  expect(other!.weights).not.toEqual(alone.weights)
})

test('another optimiser and batches that add up, for every family and in a folder that goes on', async () => {
  const model = await fitData<Model>(moons, {
    ...tiny,
    optimizer: 'sgd',
    momentum: 0.9,
    accumulate: 2,
    batch: 8,
    engine,
  })
  const usual = await fitData<Model>(moons, { ...tiny, engine })
  expect(model.weights).not.toEqual(usual.weights)
  const out = join(folder, 'sgd')
  await fit('moons', { ...tiny, items: 64, optimizer: 'sgd', momentum: 0.9, accumulate: 2, batch: 8, out })
  expect((await readCheckpoint(join(out, 'checkpoint.safetensors')))!).toMatchObject({
    optimizer: 'sgd',
    spec: { batch: 8, accumulate: 2, optimizer: { name: 'sgd', momentum: 0.9 } },
  })
  await expect(fitData(moons, { ...tiny, momentum: 0.9, engine })).rejects.toMatchObject({ code: 'usage' })
})
