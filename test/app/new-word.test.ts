/** Runs that learn a word: what is written, what learns, and that the word means something in the end. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspect } from '../../src/app/node/inspect.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { open } from '../../src/app/node/open.ts'
import { prepareRun } from '../../src/app/node/prepare-run.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { trainRun } from '../../src/app/node/train-run.ts'
import { flatWeights } from '../../src/compiled/part-weights.ts'
import type { LatentModel } from '../../src/families/latent/model.ts'
import { decodeEmbedding } from '../../src/files/io/embedding/embedding-file.ts'
import { distance } from '../engine/nn/run.ts'

const golden = '../shared/golden/tiny-sd'
const folder = mkdtempSync(join(tmpdir(), 'tweedie-new-word-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const table = (model: LatentModel) => {
  const [encoder] = model.prior.words!.encoders
  return encoder!.layout.view(flatWeights(encoder!), 'text_model.embeddings.token_embedding.weight')
}

describe.skipIf(!existsSync(golden))('a word of a pipeline', () => {
  const options = {
    from: golden,
    captions: true,
    newWord: '<icon>',
    newWordFrom: 'cat',
    newWordVectors: 2,
    batch: 2,
    rate: 0.05,
    warmup: 0,
    decay: 'constant',
    ema: 0,
  }
  const trained = async (out: string, more: object, request: object = {}) => {
    for await (const event of trainRun({
      data: at('pics'),
      out: at(out),
      options: { ...options, ...more },
      ...request,
    }))
      void event
  }
  const drawn = async (place: string, prompt: string, more: object = {}) => {
    using model = await open(place, more)
    return (await model.draw({ count: 1, steps: 2, prompt: [prompt], seed: 1 })).array().data as Float32Array
  }

  beforeAll(async () => {
    mkdirSync(at('pics'))
    for (const color of ['red', 'green', 'blue']) {
      const picture = sharp({ create: { width: 32, height: 32, channels: 3, background: color } })
      await picture.png().toFile(join(at('pics'), `${color}.png`))
      writeFileSync(join(at('pics'), `${color}.txt`), `a photo of <icon>`)
    }
    await trained('run', { steps: 4 })
  }, 120_000)

  test('all that is written is the word, and all that has changed is its rows', async () => {
    expect(existsSync(join(at('run'), 'unet'))).toBe(false)
    const bytes = readFileSync(join(at('run'), 'learned_embeds.safetensors'))
    expect(bytes.length).toBeLessThan(1000)
    const [word] = decodeEmbedding(bytes)
    const { shape, data } = word!.vectors.get('text_encoder')!
    expect([word!.token, shape]).toEqual(['<icon>', [2, 8]])
    const [base, made] = [golden, at('run')].map(async (each) => (await openFolder(each)).model as LatentModel)
    const [before, after] = [table(await base!), table(await made!)]
    expect(after.subarray(0, before.length)).toEqual(before)
    expect(after.subarray(before.length)).toEqual(data)
    const [cat] = (await base!).prior.words!.encoders[0]!.tokenizer.pieces('cat')
    const first = before.subarray(cat!.id * 8, cat!.id * 8 + 8)
    // four steps of Adam, of at most the rate each
    for (const k of [0, 1]) {
      const moved = distance(data.subarray(8 * k, 8 * k + 8), first)
      expect(moved).toBeGreaterThan(0.02)
      expect(moved).toBeLessThan(1)
    }
    expect((await made!).prior.weights).toEqual((await base!).prior.weights)
    expect((await made!).prior.scheduler).toEqual((await base!).prior.scheduler)
  })

  test('the folder draws as the model with the file does, and says what it is', async () => {
    const own = await drawn(at('run'), 'a photo of <icon>')
    expect(await drawn(golden, 'a photo of <icon>', { embedding: at('run') })).toEqual(own)
    expect(own).not.toEqual(await drawn(golden, 'a photo of cat cat'))
    expect((await inspect(at('run'))).facts).toMatchObject({
      training: { word: { token: '<icon>', vectors: 2, from: 'cat' } },
    })
    await saveModel(at('merged'), (await openFolder(at('run'))).model)
    expect(await drawn(at('merged'), 'a photo of <icon>')).toEqual(own)
  }, 60_000)

  test('going on gives the same bits as going through', async () => {
    await trained('parts', { steps: 2 })
    await trained('parts', { steps: 4 }, { resume: true, data: undefined })
    const [once, twice] = ['run', 'parts'].map((each) => readFileSync(join(at(each), 'learned_embeds.safetensors')))
    expect(twice).toEqual(once)
  }, 60_000)

  test('what makes no sense is refused', async () => {
    const refused = (more: object) =>
      prepareRun({ data: at('pics'), dryRun: true, options: { ...options, steps: 2, ...more } })
    await expect(refused({ newWord: '<other>' })).rejects.toThrow(/`newWord: <other>`: no caption of .* has it/)
    await expect(refused({ newWord: 'photo' })).rejects.toThrow(/"photo" is one that the model knows already/)
    await expect(refused({ lora: 2 })).rejects.toThrow(/a run learns a word, or adapters/)
    await expect(refused({ newWord: undefined })).rejects.toThrow(
      /`newWordFrom` is about a word to learn, and none is named/,
    )
    await expect(refused({ from: undefined })).rejects.toThrow(/./)
    await expect(refused({ captions: undefined })).rejects.toThrow(/has no captions/)
  }, 60_000)
})
