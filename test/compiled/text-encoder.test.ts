/** Text encoders of folders, compiled: what transformers computed, what they refuse. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { textEncoderOf, textEncoderPart } from '../../src/compiled/text-encoder-part.ts'
import { compiledTextEncoder } from '../../src/compiled/text-encoder.ts'
import { tokenizerFolder, wordEncoderOf, wordParts } from '../../src/compiled/words-part.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { textEncoderFromConfig } from '../../src/engine/nn/text-encoder-registry.ts'
import { textEncoderParameters } from '../../src/engine/nn/text-encoder.ts'
import { key } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { CaptionTokenizer } from '../../src/files/text/caption-tokenizer.ts'
import { goldenExists, goldenTensors } from '../engine/nn/golden.ts'
import { distance } from '../engine/nn/run.ts'

const small = (() => {
  const encoder = textEncoderFromConfig('CLIPTextModelWithProjection', {
    vocab_size: 20,
    hidden_size: 8,
    intermediate_size: 12,
    projection_dim: 3,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    max_position_embeddings: 6,
    eos_token_id: 19,
  })
  const layout = textEncoderParameters(encoder)
  return { encoder, layout, weights: initialize(layout, key(1)) }
})()

const tokenizer = (vocabulary: number, length: number): CaptionTokenizer => ({
  vocabulary,
  length,
  padding: 0,
  pieces: () => [],
  files: () => new Map(),
})

describe.runIf(goldenExists)('../shared/golden/tiny-sd/text_encoder, which transformers wrote', () => {
  test('encodes its tokens to 1e-4', async () => {
    const config = JSON.parse(readFileSync('../shared/golden/tiny-sd/text_encoder/config.json', 'utf8'))
    const weights = goldenTensors('tiny-sd', 'text_encoder/model.safetensors')
    const part = textEncoderOf({ className: config.architectures[0], config, weights })
    expect(part.layout.size).toBe(397_096)
    const reference = goldenTensors('tiny-sd', 'reference.safetensors')
    using encoder = compiledTextEncoder(part, await nodeEngine(), { batch: 2 })
    const { hidden } = await encoder.encode(Int32Array.from(reference.get('input_ids')!.data))
    expect(hidden).toHaveLength(2 * 77 * 8)
    expect(distance(hidden, reference.get('prompt_embeds')!.data)).toBeLessThan(1e-5)
  })
})

describe('a part of a folder', () => {
  test('is an encoder, and becomes the same part', () => {
    const part = textEncoderPart(small)
    expect(part).toMatchObject({ library: 'transformers', className: 'CLIPTextModelWithProjection' })
    const again = textEncoderOf(part)
    expect(again.encoder.config).toEqual(small.encoder.config)
    expect(again.weights).toEqual(small.weights)
  })

  test('may hold the buffers of older files, and names without their prefix', () => {
    const { weights, ...part } = textEncoderPart(small)
    const places = { shape: [1, 6], data: Float32Array.of(0, 1, 2, 3, 4, 5) }
    const older = new Map([...weights, ['text_model.embeddings.position_ids', places]])
    expect(textEncoderOf({ ...part, weights: older }).weights).toEqual(small.weights)
    const bare = new Map([...weights].map(([name, array]) => [name.replace(/^text_model\./, ''), array]))
    expect(textEncoderOf({ ...part, weights: bare }).weights).toEqual(small.weights)
    const strange = new Map([...weights, ['text_model.embeddings.positions', places]])
    expect(() => textEncoderOf({ ...part, weights: strange })).toThrow('text_model.embeddings.positions: unknown')
  })

  test('with its tokeniser is a part of the words', () => {
    const words = {
      encoders: [wordEncoderOf(textEncoderPart(small), tokenizer(20, 6), { name: 'text_encoder_2', skip: 1 })],
    }
    expect(words.encoders[0]).toMatchObject({ name: 'text_encoder_2', skip: 1 })
    expect([...wordParts(words).keys()]).toEqual(['text_encoder_2'])
    expect(tokenizerFolder('text_encoder_2')).toBe('tokenizer_2')
  })

  test.each([
    [tokenizer(21, 6), 'text_encoder: the tokeniser has 21 tokens, but the CLIPTextModelWithProjection has 20'],
    [tokenizer(20, 7), 'text_encoder: the tokeniser has 7 places, but the CLIPTextModelWithProjection has 6'],
  ])('refuses a tokeniser that does not fit (%#)', (wrong, message) => {
    expect(() => wordEncoderOf(textEncoderPart(small), wrong)).toThrow(message)
  })
})

describe('a compiled encoder', () => {
  test('gives the vectors of places and of the whole text, text by text', async () => {
    using encoder = compiledTextEncoder(small, await nodeEngine(), { batch: 3 })
    const tokens = Int32Array.of(18, 4, 7, 19, 19, 19, 18, 5, 19, 19, 19, 19)
    const { hidden, pooled } = await encoder.encode(tokens)
    expect([hidden.length, pooled!.length]).toEqual([2 * 6 * 8, 2 * 3])
    const second = await encoder.encode(tokens.subarray(6))
    expect(distance(second.hidden, hidden.subarray(48))).toBeLessThan(1e-6)
    expect(distance(second.pooled!, pooled!.subarray(3))).toBeLessThan(1e-6)
  })

  test('refuses tokens that do not fit, and calls after its end', async () => {
    const encoder = compiledTextEncoder(small, await nodeEngine(), { batch: 1 })
    await expect(encoder.encode(new Int32Array(12))).rejects.toThrow(
      '12 numbers for the text encoder, which takes up to 1',
    )
    encoder.dispose()
    await expect(encoder.encode(new Int32Array(6))).rejects.toThrow('disposed of')
  })
})
