/** Learned words of files: a word with another's vectors is that word, to the last bit. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { withEmbeddings } from '../../src/app/adapters/with-embeddings.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { open } from '../../src/app/node/open.ts'
import { readEmbedding } from '../../src/app/node/read-embedding.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { encodePrompts } from '../../src/compiled/prompts/prompt-encoder.ts'
import { silentTokens, wordEncoder } from '../../src/compiled/words-part.ts'
import type { WordEncoder } from '../../src/compiled/words.ts'
import { captionEncoder } from '../../src/engine/nn/caption-encoder.ts'
import { clipTextModelWithProjection } from '../../src/engine/nn/clip/text-model.ts'
import { type TextEncoder, textEncoderParameters } from '../../src/engine/nn/text-encoder.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { wordsFolder } from '../../src/families/words/words-folder.ts'
import { wordsIn } from '../../src/families/words/words-in-folder.ts'
import type { LatentModel } from '../../src/families/latent/model.ts'
import type { ModelFolder } from '../../src/files/io/model-folder.ts'
import { decodeEmbedding, encodeEmbedding } from '../../src/files/io/embedding/embedding-file.ts'
import { encodePeft } from '../../src/files/io/lora/write-lora.ts'
import { writeSafetensors } from '../../src/files/io/safetensors.ts'
import { clipCaptionTokenizer } from '../../src/files/text/clip-captions.ts'
import { wordCaptionTokenizer } from '../../src/files/text/word-captions.ts'
import { random } from '../engine/nn/run.ts'

const place = mkdtempSync(join(tmpdir(), 'tweedie-embedding-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))
const at = (name: string, bytes?: Uint8Array): string => {
  if (bytes) writeFileSync(join(place, name), bytes)
  return join(place, name)
}

const tokenizer = wordCaptionTokenizer(['a', 'red', 'blue', 'circle', 'square'], 9)
const made = (name: string, encoder: TextEncoder): WordEncoder => {
  const layout = textEncoderParameters(encoder)
  return wordEncoder({ encoder, layout, weights: random(name, layout.size) }, tokenizer, { name })
}
const ours = made(
  'text_encoder',
  captionEncoder({ vocab_size: 8, length: 9, hidden_size: 8, silent_tokens: silentTokens(tokenizer) }),
)
// 2 means the greatest token of a text, which is the end only while there are no new ones
const clip = (name: string, hidden_size: number): WordEncoder =>
  made(
    name,
    clipTextModelWithProjection({
      vocab_size: 8,
      hidden_size,
      intermediate_size: 8,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      max_position_embeddings: 9,
      eos_token_id: 2,
      projection_dim: 4,
    }),
  )
const folderOf = (...encoders: WordEncoder[]): ModelFolder =>
  ({ ...wordsFolder({ encoders }), meta: { data: {} } }) as unknown as ModelFolder
const rowsOf = ({ layout, weights }: WordEncoder, ...tokens: number[]) => {
  const { name, shape } = layout.specs.find((each) => each.name.endsWith('token_embedding.weight'))!
  const [, width] = shape as [number, number]
  const table = layout.view(weights, name)
  return {
    shape: [tokens.length, width],
    data: Float32Array.from(tokens.flatMap((id) => [...table.subarray(id * width, (id + 1) * width)])),
  }
}
const word = (token: string, vectors: Record<string, { shape: number[]; data: Float32Array }>, alone = true) => ({
  token,
  alone,
  source: 'word.safetensors',
  vectors: new Map(Object.entries(vectors)),
})
const encoded = async (folder: ModelFolder, ...prompts: string[]) =>
  (await encodePrompts(wordsIn(folder)!, prompts, await nodeEngine())).prompts.map(({ values, flags, pooled }) => ({
    values,
    flags,
    pooled,
  }))

test('a word with the vector of another is that word; with several vectors, several words', async () => {
  const folder = withEmbeddings(folderOf(ours), [
    word('<icon>', { text_encoder: rowsOf(ours, 5) }),
    word('sks', { text_encoder: rowsOf(ours, 4, 6) }),
  ])
  const [known, learned, two, both, other] = await encoded(
    folder,
    'a blue circle',
    'a <Icon> circle',
    'a red circle',
    'a (sks:1)',
    'a red square',
  )
  expect(learned).toEqual(known)
  expect(both).toEqual(two)
  expect(both).not.toEqual(other)
})

test('the place of the end is still found where a configuration means the greatest token by it', async () => {
  const words = { 'a</w>': 0, 'b</w>': 1, 'c</w>': 2, '<|startoftext|>': 3, '<|endoftext|>': 4 }
  const ofClip = clipCaptionTokenizer(words, '#version: 0.2', { model_max_length: 9 })
  const old = { ...clip('text_encoder', 4), tokenizer: ofClip }
  const folder = withEmbeddings(folderOf(old), [word('<icon>', { text_encoder: rowsOf(old, 1) })])
  const [known, learned, other] = await encoded(folder, 'a b', 'a <icon>', 'a c')
  expect(learned).toEqual(known)
  expect(learned!.pooled).not.toEqual(other!.pooled)
})

test('both encoders of two are told', async () => {
  const [first, second] = [clip('text_encoder', 4), clip('text_encoder_2', 6)]
  const vectors = { text_encoder: rowsOf(first, 5, 6), text_encoder_2: rowsOf(second, 5, 6) }
  const bytes = encodeEmbedding('<icon>', new Map(Object.entries(vectors)))
  const folder = withEmbeddings(folderOf(first, second), await readEmbedding(`${at('two.safetensors', bytes)}:<icon>`))
  const [known, learned, other] = await encoded(folder, 'red blue circle', 'red <icon>', 'red circle blue')
  expect(learned!.values).toEqual(known!.values)
  expect(learned!.values).not.toEqual(other!.values)
})

test('a word is whole: not a part of another, and not divided', () => {
  const folder = withEmbeddings(folderOf(ours), [word('sks', { text_encoder: rowsOf(ours, 4, 6) })])
  const pieces = (text: string) => wordsIn(folder)!.encoders[0]!.tokenizer.pieces(text)
  expect(pieces('a sks red').map(({ id, word: of }) => [id, of])).toEqual([
    [3, 0],
    [8, 1],
    [9, 1],
    [4, 2],
  ])
  expect(() => pieces('sksy')).toThrow(/not a word of the captions/)
})

test('files: the layouts of diffusers and of the web interface, and their names', async () => {
  const { shape, data } = rowsOf(ours, 5)
  const [learned] = decodeEmbedding(encodeEmbedding('<icon>', new Map([['text_encoder', { shape, data }]])))
  expect(learned).toEqual({ token: '<icon>', alone: true, vectors: new Map([['text_encoder', { shape, data }]]) })
  const flat = at('nice-style.safetensors', writeSafetensors(new Map([['emb_params', { shape: [8], data }]])))
  expect(await readEmbedding(flat)).toMatchObject([
    { token: 'nice-style', vectors: new Map([['text_encoder', { shape: [1, 8], data }]]) },
  ])
  expect(await readEmbedding(`${flat}:<s>`)).toMatchObject([{ token: '<s>' }])
})

test('what is not read is refused by name', async () => {
  const zip = at('style.pt', Uint8Array.of(0x50, 0x4b, 3, 4))
  await expect(readEmbedding(zip)).rejects.toThrow(/style.pt: a pickle of PyTorch/)
  await expect(readEmbedding(at('old.bin', Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x58, 1, 1, 1)))).rejects.toThrow(
    /a pickle/,
  )
  await expect(readEmbedding(at('gone.safetensors'))).rejects.toThrow(/no such file/)
  const one = new Map([['x', { shape: [1, 2, 2], data: new Float32Array(4) }]])
  expect(() => decodeEmbedding(writeSafetensors(one))).toThrow(/no file of a learned word: x is F32 \[1, 2, 2\]/)
  const nan = new Map([['x', { shape: [1], data: Float32Array.of(NaN) }]])
  expect(() => decodeEmbedding(writeSafetensors(nan))).toThrow(/not finite/)
  const rows = { text_encoder: rowsOf(ours, 5) }
  const refused = (folder: ModelFolder, ...words: Parameters<typeof withEmbeddings>[1]) =>
    expect(() => withEmbeddings(folder, words))
  refused(folderOf(ours), word('red', rows)).toThrow(/"red" is one that the model knows already/)
  refused(folderOf(ours), word('<a>', rows), word('<A>', rows)).toThrow(/"<A>" is one that the model knows already/)
  refused(folderOf(ours), word('a b', rows)).toThrow(/no spaces/)
  refused(folderOf(ours), word('<a>', { text_encoder: { shape: [1, 4], data: new Float32Array(4) } })).toThrow(
    /vectors of 8 numbers, and the word of 4/,
  )
  refused(folderOf(ours, clip('text_encoder_2', 6)), word('<a>', rows)).toThrow(
    /vectors for text_encoder, and the model has text_encoder and text_encoder_2/,
  )
  refused({ ...folderOf(ours), components: new Map() }, word('<a>', rows)).toThrow(/no text encoder/)
})

const golden = '../shared/golden/tiny-sd'

describe.skipIf(!existsSync(golden))('a pipeline of diffusers', () => {
  test('draws what the words say whose vectors it has, from files, merged, and beside adapters', async () => {
    const { prior } = (await openFolder(golden)).model as LatentModel
    const [encoder] = prior.words!.encoders
    const ids = encoder!.tokenizer.pieces('red cat').map(({ id }) => id)
    const bytes = encodeEmbedding('<icon>', new Map([['text_encoder', rowsOf(encoder!, ...ids)]]))
    const embedding = [at('learned_embeds.safetensors', bytes)]
    const drawn = async (from: string, prompt: string, options: object = {}) => {
      using model = await open(from, options)
      return (await model.draw({ count: 1, steps: 2, prompt: [prompt], seed: 1 })).array().data as Float32Array
    }
    const known = await drawn(golden, 'a red cat')
    expect(await drawn(golden, 'a <icon>', { embedding })).toEqual(known)
    expect(await drawn(golden, 'a <icon>', { embedding: place })).toEqual(known)
    expect(await drawn(golden, 'a <icon>')).not.toEqual(known)
    const zero = (shape: number[]) => ({ shape, data: new Float32Array(shape[0]! * shape[1]!) })
    const q = prior.layout.specs.find(({ name }) => name.endsWith('attn2.to_q.weight'))!
    const layer = {
      part: 'unet',
      layer: q.name.replace(/\.weight$/, ''),
      down: zero([1, q.shape[1]!]),
      up: zero([q.shape[0]!, 1]),
    }
    const lora = at('zero-lora.safetensors', encodePeft([layer], { alpha: 1 }))
    expect(await drawn(golden, 'a <icon>', { embedding, lora })).toEqual(known)
    await saveModel(at('merged'), (await openFolder(golden, {}, { embedding })).model)
    expect(await drawn(at('merged'), 'a <icon>')).toEqual(known)
  }, 60_000)
})
