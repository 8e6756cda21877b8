/** Folders of CLIP's encoders as they are found: half precision, several files, variants, older files. */
import { describe, expect, test } from 'vitest'
import { textEncoderOf } from '../../src/compiled/text-encoder-part.ts'
import { clipTextModel, type ClipTextConfig } from '../../src/engine/nn/clip/text-model.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { textEncoderParameters } from '../../src/engine/nn/text-encoder.ts'
import { key } from '../../src/engine/random/index.ts'
import { decodeBFloat16, decodeFloat16, encodeBFloat16, encodeFloat16 } from '../../src/files/io/half.ts'
import { readPart } from '../../src/files/io/read-part.ts'
import { type SafeTensorInput, writeSafetensors } from '../../src/files/io/safetensors.ts'
import { distance } from '../engine/nn/run.ts'

const config: ClipTextConfig & Record<string, unknown> = {
  architectures: ['CLIPTextModel'],
  vocab_size: 20,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 6,
  eos_token_id: 2,
  bos_token_id: 0,
  pad_token_id: 1,
  projection_dim: 8,
  hidden_act: 'quick_gelu',
  layer_norm_eps: 1e-5,
  dropout: 0,
  attention_dropout: 0,
  model_type: 'clip_text_model',
  torch_dtype: 'float16',
  transformers_version: '4.22.0.dev0',
}
const layout = textEncoderParameters(clipTextModel(config))
const weights = initialize(layout, key(5))
const tensors = [...layout.toMap(weights)]

const halves = (values: ArrayLike<number>) => encodeFloat16(values)
const brains = (values: ArrayLike<number>) => encodeBFloat16(values)
const file = (dtype: 'F32' | 'F16' | 'BF16', from = 0, to = tensors.length, more: [string, SafeTensorInput][] = []) => {
  const encode = { F32: (data: Float32Array) => data, F16: halves, BF16: brains }[dtype]
  const own = tensors
    .slice(from, to)
    .map(([name, { shape, data }]) => [name, { shape, dtype, data: encode(data) }] as const)
  return writeSafetensors(new Map<string, SafeTensorInput>([...own, ...more]), {})
}
const json = (value: object) => new TextEncoder().encode(JSON.stringify(value))

function read(files: Record<string, Uint8Array>, variant?: string) {
  const all = new Map(
    Object.entries({ 'config.json': json(config), ...files }).map(([name, bytes]) => [`text_encoder/${name}`, bytes]),
  )
  const notes: string[] = []
  const place = { name: 'text_encoder', folder: 'text_encoder/', library: 'transformers', className: 'CLIPTextModel' }
  const part = readPart(all, place, 'folder', { variant, notes })
  return { ...textEncoderOf(part), notes }
}

const halved = decodeFloat16(halves(weights))
const brained = decodeBFloat16(brains(weights))

test('a plain file, with the buffer of older ones', () => {
  const places = { shape: [1, 6], dtype: 'I64', data: BigInt64Array.from([0n, 1n, 2n, 3n, 4n, 5n]) } as const
  const { weights: got, notes } = read({
    'model.safetensors': file('F32', 0, tensors.length, [['text_model.embeddings.position_ids', places]]),
  })
  expect(got).toEqual(weights)
  expect(notes).toEqual([])
})

test('half precision of either kind', () => {
  expect(read({ 'model.safetensors': file('F16') }).weights).toEqual(halved)
  expect(read({ 'model.safetensors': file('BF16') }).weights).toEqual(brained)
  expect([distance(halved, weights), distance(brained, weights)].every((each) => each > 0 && each < 1e-2)).toBe(true)
})

describe('variants', () => {
  const both = { 'model.safetensors': file('F32'), 'model.fp16.safetensors': file('F16') }

  test('are chosen by name, and the plain one without', () => {
    expect(read(both).weights).toEqual(weights)
    expect(read(both, 'fp16').weights).toEqual(halved)
    expect(() => read(both, 'bf16')).toThrow('there is no variant "bf16"')
  })

  test('alone are read, and said', () => {
    const { weights: got, notes } = read({ 'model.fp16.safetensors': file('F16') })
    expect(got).toEqual(halved)
    expect(notes).toEqual(['text_encoder: the variant fp16 is read'])
  })
})

test('several files, with an index', () => {
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
  const middle = 9
  const index = {
    metadata: {},
    weight_map: Object.fromEntries(tensors.map(([name], i) => [name, names[Number(i >= middle)]])),
  }
  const shards = { [names[0]!]: file('BF16', 0, middle), [names[1]!]: file('BF16', middle) }
  const indexed = { 'model.safetensors.index.json': json(index), ...shards }
  expect(read(indexed).weights).toEqual(brained)
  expect(() => read({ ...indexed, [names[1]!]: file('BF16', middle + 1) })).toThrow('where the index has it')
  const first = { 'model.safetensors.index.json': json(index), [names[0]!]: file('BF16', 0, middle) }
  expect(() => read(first)).toThrow('weights 00002 of 00002 are missing')
})
