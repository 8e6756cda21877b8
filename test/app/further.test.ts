/** Training further from the weights of a model. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fit } from '../../src/app/node/fit.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { trainRun } from '../../src/app/node/train-run.ts'
import { writeImage } from '../../src/files/io/node/images.ts'
import type { Model } from '../../src/families/values/model.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-further-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const grey = (side: number) => ({ width: side, height: side, data: new Uint8Array(3 * side * side) })

/** So slow that nothing changes. */
const still = { rate: 1e-12, weightDecay: 0, ema: 0, warmup: 0 }

let pictures: Model
beforeAll(async () => {
  pictures = await fit<Model>('glyphs', { items: 32, batch: 8, widths: [8, 16], steps: 3, noise: 'linear', levels: 50 })
  await saveModel(at('pictures'), pictures)
  const points = { items: 64, batch: 16, widths: [8], depth: 1, steps: 2 }
  await saveModel(at('points'), await fit('moons', { ...points, objective: 'edm', sigmaData: 0.7 }))
  writeFileSync(at('verse.txt'), 'the cat sat on the mat. '.repeat(20))
  writeFileSync(at('other.txt'), 'all is well that ends well. '.repeat(20))
  await saveModel(at('text'), await fit(at('verse.txt'), { length: 8, batch: 4, widths: [16], depth: 1, steps: 1 }))
})

async function further(data: string, from: string, options: object = {}) {
  const remarks: string[] = []
  const out = at(`${Math.random()}`)
  const request = { data, out, options: { from: at(from), batch: 4, steps: 1, ...still, ...options } }
  for await (const event of trainRun({ ...request, onRemark: (text) => remarks.push(text) })) void event
  return { out, remarks, model: (await openFolder(out)).model as Model }
}

test('begins with the weights, on the noise of the model and with its prediction', async () => {
  const { model, remarks } = await further('glyphs', 'pictures', { items: 20 })
  model.weights.forEach((each, i) => expect(each).toBeCloseTo(pictures.weights[i]!, 6))
  expect(model.network.config).toEqual(pictures.network.config)
  expect(model.scheduler).toMatchObject(pictures.scheduler!)
  expect(remarks).toEqual([])
  const edm = await further('moons', 'points', { items: 20 })
  expect(edm.model.meta).toMatchObject({
    objective: { parametrisation: 'edm', sigmaData: 0.7 },
    schedule: { schedule: 'edm' },
  })
})

test('pictures of another size are learned where the network is made of convolutions', async () => {
  mkdirSync(at('larger'))
  for (const i of [0, 1]) await writeImage(at(`larger/${i}.png`), grey(40))
  const { model } = await further(at('larger'), 'pictures', { size: 40, channels: 1, batch: 2 })
  expect(model.frame).toMatchObject({ item: [1, 40, 40], patch: 2 })
  expect(model.network.conditions['estimate']).toMatchObject({ shape: [4, 20, 20] })
  for (const name of ['conv_in.weight', 'image_embeddings.estimate.weight']) {
    const [now, before] = [model, pictures].map(({ layout, weights }) => layout.view(weights, name))
    now!.forEach((each, i) => expect(each).toBeCloseTo(before![i]!, 6))
  }
})

test('what was told its estimates stays the network that it is where it is told none any more', async () => {
  const { model } = await further('glyphs', 'pictures', { items: 20, selfConditioning: false })
  expect(model.network.config).toEqual(pictures.network.config)
  expect(model.meta.objective).not.toHaveProperty('selfConditioning')
})

test('with other classes, what knows them begins anew, and that is said', async () => {
  const { model, remarks } = await further('glyphs', 'pictures', { items: 20, unconditional: true })
  expect(remarks.join()).toContain('the network has no classes')
  expect(model.classNames).toEqual([])
  const kept = model.layout.specs.filter(({ name }) => !name.startsWith('class_embedding'))
  for (const { name } of kept) {
    const [now, before] = [model, pictures].map(({ layout, weights }) => layout.view(weights, name))
    now!.forEach((each, i) => expect(each).toBeCloseTo(before![i]!, 6))
  }
})

test('by fit, from a model in memory or from its folder', async () => {
  const options = { items: 20, batch: 4, steps: 1, ...still }
  for (const from of [pictures, at('pictures')]) {
    const model = await fit<Model>('glyphs', { ...options, from })
    model.weights.forEach((each, i) => expect(each).toBeCloseTo(pictures.weights[i]!, 6))
  }
  await expect(fit('glyphs', { ...options, from: pictures, out: at('no') })).rejects.toMatchObject({ code: 'usage' })
})

test('the run goes on without the model', async () => {
  const { out, model } = await further('moons', 'points', { items: 20 })
  const request = { out, resume: true, options: { steps: 2 } }
  for await (const event of trainRun(request)) void event
  const { weights } = (await openFolder(out)).model as Model
  weights.forEach((each, i) => expect(each).toBeCloseTo(model.weights[i]!, 6))
})

test('refuses what does not go together', async () => {
  await expect(further('glyphs', 'pictures', { network: 'MLP' })).rejects.toMatchObject({ code: 'usage' })
  await expect(further('moons', 'pictures')).rejects.toMatchObject({ code: 'usage' })
  await expect(further('glyphs', 'none')).rejects.toMatchObject({ code: 'model' })
  await expect(further('glyphs', 'text', { items: 20 })).rejects.toMatchObject({ code: 'usage' })
  await expect(further(at('other.txt'), 'text', { length: 8 })).rejects.toThrow('its tokens stand for something else')
  expect((await further(at('verse.txt'), 'text', { length: 8 })).model.family).toBe('tokens')
})
