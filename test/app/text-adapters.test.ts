/** Adapters of text encoders, and words of several of them, trained on pipelines of one encoder and of two. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportAdapted } from '../../src/app/node/export-adapted.ts'
import { inspect } from '../../src/app/node/inspect.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { prepareRun } from '../../src/app/node/prepare-run.ts'
import { trainRun } from '../../src/app/node/train-run.ts'
import { latentFolderOf, type LatentModel } from '../../src/families/latent/model.ts'
import type { WordsData } from '../../src/families/words/words-data.ts'
import { decodeEmbedding } from '../../src/files/io/embedding/embedding-file.ts'
import { decodeLora } from '../../src/files/io/lora/read-lora.ts'
import { readSafetensors } from '../../src/files/io/safetensors.ts'
import { distance } from '../engine/nn/run.ts'
import { type Kind, tinyPipeline } from '../families/pipelines/tiny.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-text-adapters-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const how = { captions: true, size: 16, batch: 2, rate: 0.05, warmup: 0, decay: 'constant', ema: 0 }
const trained = async (out: string, options: object, request: object = {}) => {
  for await (const event of trainRun({ data: at('pics'), out: at(out), options: { ...how, ...options }, ...request }))
    void event
  return at(out)
}
const modelIn = async (path: string, options: object = {}) => (await openFolder(path, {}, options)).model as LatentModel
/** The names of the weights of each part that differ. */
const changed = async (a: string, b: string, options: object = {}, least = 0): Promise<Record<string, string[]>> => {
  const [before, after] = [latentFolderOf(await modelIn(a)), latentFolderOf(await modelIn(b, options))]
  const parts = [...before.components!].map(([name, { weights }]) => {
    const other = after.components!.get(name)!.weights
    return [
      name,
      [...weights.keys()].filter((each) => distance(weights.get(each)!.data, other.get(each)!.data) > least),
    ]
  })
  return Object.fromEntries(parts.filter(([, names]) => names!.length > 0))
}

beforeAll(async () => {
  for (const kind of ['sd', 'xl'] as Kind[]) {
    for (const [name, bytes] of tinyPipeline(kind)) {
      mkdirSync(dirname(join(at(kind), name)), { recursive: true })
      writeFileSync(join(at(kind), name), bytes)
    }
  }
  mkdirSync(at('pics'))
  for (const color of ['red', 'green', 'blue']) {
    const picture = sharp({ create: { width: 16, height: 16, channels: 3, background: color } })
    await picture.png().toFile(join(at('pics'), `${color}.png`))
    writeFileSync(join(at('pics'), `${color}.txt`), `a ${color} <x>`)
  }
})

test.each([
  ['sd', ['text_encoder'], 'lora_te_'],
  ['xl', ['text_encoder', 'text_encoder_2'], 'lora_te1_'],
] as const)('%s: text encoders learn as well, and files of both layouts have them', async (kind, encoders, prefix) => {
  const run = await trained(`${kind}-run`, { from: at(kind), lora: 2, loraText: true, steps: 2 })
  const parts = await changed(at(kind), run)
  expect(Object.keys(parts)).toEqual(encoders)
  for (const names of Object.values(parts)) {
    expect(names.every((name) => /self_attn\.(q|k|v|out)_proj\.weight$/.test(name))).toBe(true)
  }
  const file = join(run, 'pytorch_lora_weights.safetensors')
  const named = decodeLora(readFileSync(file)).layers.map(({ name }) => name)
  for (const part of encoders) expect(named).toContain(`${part}.text_model.encoder.layers.0.self_attn.q_proj`)
  expect((await inspect(run)).facts).toMatchObject({ training: { lora: { rank: 2, text: true } } })
  // other programs' names: the same weights
  await exportAdapted(await openFolder(run), { place: run, loraFile: at(`${kind}.safetensors`) })
  const kohya = [...readSafetensors(readFileSync(at(`${kind}.safetensors`))).tensors.keys()]
  expect(kohya.some((name) => name.startsWith(prefix))).toBe(true)
  for (const lora of [file, at(`${kind}.safetensors`)]) {
    expect(await changed(run, at(kind), { lora: [lora] }, 1e-5)).toEqual({})
    expect(await changed(at(kind), at(kind), { lora: [lora, `${lora}:-1`] }, 1e-5)).toEqual({})
  }
})

test('vectors of captions by encoders that stay are kept beside the model, and read once', async () => {
  const options = { ...how, from: at('xl'), lora: 2, steps: 1 }
  const phases = async (request: object) => {
    const seen = new Set<string>()
    await prepareRun({ data: at('pics'), options, onProgress: ({ phase }) => void seen.add(phase), ...request })
    return seen.has('reading captions')
  }
  expect(await phases({ dryRun: true })).toBe(true)
  expect(existsSync(join(at('xl'), 'captions'))).toBe(false)
  expect(await phases({ out: at('first') })).toBe(true)
  expect(readdirSync(join(at('xl'), 'captions'))).toHaveLength(1)
  expect(await phases({ dryRun: true })).toBe(false)
  // what is read is what was worked out
  const [file] = readdirSync(join(at('xl'), 'captions'))
  const of = async () => (await prepareRun({ data: at('pics'), options, dryRun: true })).dataset as WordsData
  const read = (await of()).words!.codes!
  rmSync(join(at('xl'), 'captions', file!))
  expect((await of()).words!.codes).toEqual(read)
  expect(read.get('a red <x>')!.pooled).toHaveLength(6)
})

test('a run that was interrupted goes on to the same bits', async () => {
  const options = { from: at('xl'), lora: 2, loraText: true }
  const parted = await trained('parted', { ...options, steps: 1 })
  await trained('parted', { steps: 3 }, { data: undefined, resume: true, options: { steps: 2 } })
  const [once, twice] = [at('xl-run'), parted].map((each) =>
    readFileSync(join(each, 'pytorch_lora_weights.safetensors')),
  )
  expect(twice).toEqual(once)
})

test('a word is learned in both encoders, and known by its file, whatever that is called', async () => {
  const options = { from: at('xl'), newWord: '<x>', newWordFrom: 'cat', newWordVectors: 2 }
  const run = await trained('word', { ...options, steps: 2 })
  const file = join(run, 'learned_embeds.safetensors')
  const [word] = decodeEmbedding(readFileSync(file))
  expect(word!.token).toBe('<x>')
  expect([...readSafetensors(readFileSync(file)).tensors.keys()].sort()).toEqual(['clip_g', 'clip_l'])
  const shapes = ['text_encoder', 'text_encoder_2'].map((name) => word!.vectors.get(name)!.shape)
  expect(shapes).toEqual([
    [2, 8],
    [2, 12],
  ])
  const [before, after] = [await modelIn(at('xl')), await modelIn(run)]
  for (const [i, each] of after.prior.words!.encoders.entries()) {
    const base = before.prior.words!.encoders[i]!
    const name = 'text_model.embeddings.token_embedding.weight'
    const [old, now] = [base, each].map((part) => part.layout.view(part.weights, name))
    expect(now!.subarray(0, old!.length)).toEqual(old)
    expect(now!.subarray(old!.length)).toEqual(word!.vectors.get(each.name)!.data)
    // begins as its first letter, and moves by the rate in each step at most
    const id = base.tokenizer.pieces('c')[0]!.id
    const width = each.encoder.width
    const moved = distance(now!.subarray(old!.length, old!.length + width), old!.subarray(id * width, (id + 1) * width))
    expect(moved).toBeGreaterThan(0.001)
  }
  for (const embedding of [run, file]) {
    expect(await changed(run, at('xl'), { embedding })).toEqual({})
    const { encoders } = (await modelIn(at('xl'), { embedding })).prior.words!
    expect(encoders.map(({ tokenizer }) => tokenizer.pieces('a <x>').length)).toEqual([3, 3])
  }
})

test('what makes no sense is refused', async () => {
  const refused = (options: object) =>
    prepareRun({ data: at('pics'), dryRun: true, options: { ...how, steps: 1, ...options } })
  await expect(refused({ from: at('sd'), loraText: true })).rejects.toThrow(/`loraText` is for adapters/)
  await expect(refused({ from: at('sd'), lora: 2, loraText: true, loraTargets: 'to_q' })).rejects.toThrow(
    /`loraTargets: to_q` names no layers of text_encoder/,
  )
  await expect(refused({ from: at('sd'), lora: 2, loraText: true, captions: undefined })).rejects.toThrow(
    /has no captions/,
  )
})
