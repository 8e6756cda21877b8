/** Runs that train adapters, and folders and files of them. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportAdapted } from '../../src/app/node/export-adapted.ts'
import { fit } from '../../src/app/node/fit.ts'
import { inspect } from '../../src/app/node/inspect.ts'
import { open } from '../../src/app/node/open.ts'
import { openFolder, type OpenFolderOptions } from '../../src/app/node/open-folder.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { trainRun } from '../../src/app/node/train-run.ts'
import type { Model } from '../../src/families/values/model.ts'
import type { TweedieMeta } from '../../src/files/io/tweedie-meta.ts'
import { decodeLora } from '../../src/files/io/lora/read-lora.ts'
import { encodeKohya } from '../../src/files/io/lora/write-lora.ts'
import { distance } from '../engine/nn/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-lora-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const how = { batch: 4, rate: 0.01, ema: 0, warmup: 0, items: 20 }
let base: Model

async function trained(out: string, options: object, request: object = {}) {
  for await (const event of trainRun({ data: 'glyphs', out: at(out), options: { ...how, ...options }, ...request }))
    void event
  return at(out)
}
const weightsIn = async (path: string, options: OpenFolderOptions = {}): Promise<Float32Array> =>
  ((await openFolder(path, {}, options)).model as Model).weights

beforeAll(async () => {
  base = await fit<Model>('glyphs', { items: 32, batch: 8, widths: [8, 16], attention: 'middle', steps: 3 })
  await saveModel(at('base'), base)
  await trained('run', { from: at('base'), lora: 2, loraTargets: 'all', steps: 4 })
})

test('a run holds the adapters alone, and opens with the model that they belong to', async () => {
  const files = ['unet', 'pytorch_lora_weights.safetensors', 'tweedie.json', 'scheduler'].map((name) =>
    existsSync(join(at('run'), name)),
  )
  expect(files).toEqual([false, true, true, true])
  const weights = await weightsIn(at('run'))
  expect(distance(weights, base.weights)).toBeGreaterThan(1e-4)
  const changed = base.layout.specs.filter(
    ({ name }) => distance(base.layout.view(weights, name), base.layout.view(base.weights, name)) > 0,
  )
  expect(changed.every(({ name, shape }) => name.endsWith('.weight') && shape.length > 1)).toBe(true)
  expect(changed.length).toBeGreaterThan(10)
  const { facts } = await inspect(at('run'))
  expect(facts).toMatchObject({ training: { lora: { rank: 2, alpha: 2, targets: ['all'], base: at('base') } } })
  using model = await open(at('run'))
  expect((await model.draw({ count: 1, steps: 2 })).shape).toEqual([1, 1, 28, 28])
})

test('adapters begin as nothing, and leave the model in memory alone; what they make of it is saved whole', async () => {
  const before = base.weights.slice()
  const same = await fit<Model>('glyphs', { ...how, from: base, lora: 2, steps: 1, rate: 1e-12 })
  expect(distance(same.weights, base.weights)).toBeLessThan(1e-6)
  const other = await fit<Model>('glyphs', { ...how, from: base, lora: 2, steps: 3 })
  expect(distance(other.weights, base.weights)).toBeGreaterThan(1e-4)
  expect(base.weights).toEqual(before)
  await saveModel(at('merged'), other)
  expect(await weightsIn(at('merged'))).toEqual(other.weights)
})

test('an interrupted run goes on to the same bits', async () => {
  const options = { from: at('base'), lora: 2, loraAlpha: 3, loraTargets: 'linear' }
  const whole = await trained('whole', { ...options, steps: 6, decay: 'constant' })
  const parted = await trained('parted', { ...options, steps: 3, decay: 'constant' })
  await trained('parted', { steps: 6 }, { data: undefined, resume: true, options: { steps: 6 } })
  expect(readFileSync(join(parted, 'pytorch_lora_weights.safetensors'))).toEqual(
    readFileSync(join(whole, 'pytorch_lora_weights.safetensors')),
  )
  expect(statSync(join(whole, 'checkpoint.safetensors')).size).toBeLessThan(
    statSync(join(at('base'), 'unet/diffusion_pytorch_model.safetensors')).size,
  )
  await expect(trained('parted', {}, { data: undefined, resume: true, options: { lora: 3 } })).rejects.toThrow(
    /`lora` cannot change/,
  )
})

test('adapters are added to a model with weights, and several add up', async () => {
  const run = await weightsIn(at('run'))
  const add = (lora: string[]) => weightsIn(at('base'), { lora })
  expect(distance(await add([at('run')]), run)).toBe(0)
  expect(await add([`${at('run')}:0`])).toEqual(base.weights)
  const half = await add([`${at('run')}:0.5`])
  half.forEach((each, i) => expect(each).toBeCloseTo((run[i]! + base.weights[i]!) / 2, 6))
  const file = join(at('run'), 'pytorch_lora_weights.safetensors')
  expect(distance(await add([`${file}:0.25`, `${file}:.75`]), run)).toBeLessThan(1e-6)
  expect(
    await weightsIn(at('run'), { lora: [`${file}:-1`] }).then((each) => distance(each, base.weights)),
  ).toBeLessThan(1e-6)
})

test("files by kohya's names are read, with their alpha", async () => {
  const { layers } = decodeLora(readFileSync(join(at('run'), 'pytorch_lora_weights.safetensors')))
  const named = layers.map(({ name, down, up }) => ({ part: 'unet', layer: name.replace('unet.', ''), down, up }))
  writeFileSync(at('kohya.safetensors'), encodeKohya(named, { alpha: 1 }))
  expect(
    distance(
      await weightsIn(at('base'), { lora: [at('kohya.safetensors')] }),
      await weightsIn(at('base'), { lora: [`${at('run')}:0.5`] }),
    ),
  ).toBe(0)
})

test('a base that was moved is named, and another one refused', async () => {
  cpSync(at('base'), at('elsewhere'), { recursive: true })
  cpSync(at('run'), at('copy'), { recursive: true })
  const meta = readFileSync(at('copy/tweedie.json'), 'utf8')
  writeFileSync(at('copy/tweedie.json'), meta.replaceAll('base"', 'gone"').replace('"gone":', '"base":'))
  await expect(openFolder(at('copy'))).rejects.toThrow(/adapters of .*gone, which is gone/)
  expect(await weightsIn(at('copy'), { base: at('elsewhere') })).toEqual(await weightsIn(at('run')))
  await expect(openFolder(at('run'), {}, { base: at('merged') })).rejects.toThrow(/adapters of another model/)
  await expect(openFolder(at('base'), {}, { base: at('merged') })).rejects.toThrow(/holds a whole model/)
  writeFileSync(at('copy/tweedie.json'), meta.replace(/"sum": "\w+",\n {4}"targets/, '"sum": "0", "targets'))
  await expect(openFolder(at('copy'))).rejects.toThrow(/not the adapters that tweedie.json was saved with/)
})

test('what makes no sense is refused by name', async () => {
  const train = (options: object) => fit('glyphs', { ...how, steps: 1, ...options })
  await expect(train({ lora: 2 })).rejects.toThrow(/`lora` adapts a model, and none is named/)
  await expect(train({ from: base, loraAlpha: 2 })).rejects.toThrow(/`loraAlpha` is for adapters/)
  await expect(train({ from: base, loraTargets: 'all' })).rejects.toThrow(/`loraTargets` is for adapters/)
  await expect(train({ from: base, lora: 0 })).rejects.toThrow(/`lora`/)
  await expect(train({ from: base, lora: 2, loraTargets: 'nothing_like_it' })).rejects.toThrow(
    /unet has no such layers/,
  )
  await expect(train({ from: base, lora: 2, unconditional: true })).rejects.toThrow(
    /the classes of the data are not those of the model/,
  )
  await saveModel(at('smaller'), await fit('glyphs', { items: 8, batch: 4, widths: [8], steps: 1 }))
  await expect(openFolder(at('smaller'), {}, { lora: [at('run')] })).rejects.toThrow(
    /adapters do not fit the model: unet\..*: unknown/,
  )
  await expect(openFolder(at('base'), {}, { lora: [at('nowhere.safetensors')] })).rejects.toThrow(/no such file/)
})

test.each([
  ['points', 'moons', { items: 64, batch: 16, widths: [8], depth: 1 }, 'linear'],
  ['an autoencoder with a learned width', 'moons', { items: 64, batch: 16, widths: [8], model: 'vae' }, 'linear'],
  ['a hierarchy', 'moons', { items: 64, batch: 16, widths: [8], depth: 1, model: 'hvae' }, 'linear'],
  ['a flow', 'moons', { items: 64, batch: 16, widths: [8], depth: 1, model: 'flow' }, 'linear'],
  ['text', 'verse', { length: 8, batch: 4, widths: [16], depth: 1 }, 'attention'],
])('models of other families are adapted too: %s', async (what, data, options, loraTargets) => {
  writeFileSync(at('verse.txt'), 'the cat sat on the mat. '.repeat(20))
  const source = data === 'verse' ? at('verse.txt') : data
  const name = what.replaceAll(' ', '-')
  const { widths: _w, depth: _d, ...same } = options as typeof options & { widths: number[]; depth?: number }
  const first = await fit(source, { ...options, steps: 1 })
  await saveModel(at(name), first)
  for await (const event of trainRun({
    data: source,
    out: at(`${name}-lora`),
    options: { ...same, from: at(name), lora: 2, loraTargets, steps: 2, rate: 0.05, warmup: 0, ema: 0 },
  }))
    void event
  const [before, after] = [await weightsIn(at(name)), await weightsIn(at(`${name}-lora`))]
  expect(distance(after, before)).toBeGreaterThan(1e-4)
  const law = (model: { readonly meta: TweedieMeta }): unknown => model.meta.objective['law']
  expect(law((await openFolder(at(`${name}-lora`))).model)).toEqual(law((await openFolder(at(name))).model))
})

test('a width beside adapters is refused', async () => {
  const options = {
    items: 64,
    batch: 16,
    steps: 1,
    from: at('an-autoencoder-with-a-learned-width'),
    lora: 2,
    loraTargets: 'linear',
  }
  await expect(fit('moons', { ...options, sigma: 0.2 })).rejects.toThrow(/`sigma`: adapters leave the width of the law/)
})

test('adapters are merged into a whole folder, and written as a file for other programs', async () => {
  const opened = await openFolder(at('run'))
  const { files, folders } = await exportAdapted(opened, {
    place: at('run'),
    merged: at('whole-model'),
    loraFile: at('run.safetensors'),
  })
  expect([Object.keys(files), folders]).toEqual([[at('run.safetensors')], { merged: at('whole-model') }])
  expect(existsSync(at('whole-model/unet'))).toBe(true)
  expect(await weightsIn(at('whole-model'))).toEqual(await weightsIn(at('run')))
  expect(
    distance(await weightsIn(at('base'), { lora: [at('run.safetensors')] }), await weightsIn(at('run'))),
  ).toBeLessThan(1e-7)
  await expect(
    exportAdapted(await openFolder(at('base')), { place: at('base'), loraFile: at('x.safetensors') }),
  ).rejects.toThrow(/holds no adapters of its own/)
})

test('other data keep a model from forgetting: they are half of every step, and a run goes on with them', async () => {
  const options = { from: at('base'), lora: 2, priorData: 'glyphs', priorWeight: 0.5, decay: 'constant' }
  const whole = await trained('prior', { ...options, steps: 4 })
  await trained('prior-parted', { ...options, steps: 2 })
  const parted = await trained('prior-parted', {}, { data: undefined, resume: true, options: { steps: 4 } })
  const file = (path: string) => readFileSync(join(path, 'pytorch_lora_weights.safetensors'))
  expect(file(parted)).toEqual(file(whole))
  const without = await trained('without', { from: at('base'), lora: 2, decay: 'constant', steps: 4 })
  expect(file(without)).not.toEqual(file(whole))
  await expect(trained('x', { ...options, batch: 3, steps: 1 })).rejects.toThrow(/`priorData` is for an even `batch`/)
  await expect(trained('x', { from: at('base'), lora: 2, priorWeight: 2, steps: 1 })).rejects.toThrow(
    /`priorWeight` is for `priorData`/,
  )
  await expect(trained('x', { ...options, priorData: 'shapes', steps: 1 })).rejects.toThrow(/`priorData`: items/)
  await expect(fit('glyphs', { ...how, from: base, lora: 2, steps: 1, priorData: 'glyphs' })).rejects.toThrow(
    /`priorData`/,
  )
})
