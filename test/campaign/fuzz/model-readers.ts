/** Readers of models: folders of every family file by file, checkpoints, weights, ONNX, adapters, words, tokenisers. */
import { openedOf } from '../../../src/app/opened.ts'
import { onnxFile } from '../../../src/compiled/onnx/onnx-file.ts'
import { decodeSignature, encodeSignature, type Signature } from '../../../src/engine/onnx/proto/signature.ts'
import { entryOfSpec } from '../../../src/families/registry.ts'
import { parseFacts } from '../../../src/families/values/noisy-classifier-file.ts'
import { decodeModelFolder } from '../../../src/files/io/decode-model-folder.ts'
import { decodeEmbedding, encodeEmbedding } from '../../../src/files/io/embedding/embedding-file.ts'
import { readFolderFiles } from '../../../src/files/io/folder-files.ts'
import { decodeLora } from '../../../src/files/io/lora/read-lora.ts'
import { encodeKohya, encodePeft } from '../../../src/files/io/lora/write-lora.ts'
import { readSafetensors, writeSafetensors } from '../../../src/files/io/safetensors.ts'
import { requireDigests } from '../../../src/files/io/part-digests.ts'
import { captionTokens } from '../../../src/files/text/caption-tokenizer.ts'
import { captionTokenizerOf } from '../../../src/files/text/captions-of.ts'
import { hubTokenizer } from '../../../src/files/text/hub.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import { parseRunRecord } from '../../../src/tools/train/parse-run-record.ts'
import { bpe, wordLevel } from '../../files/text/hub-files.ts'
import { inShards } from './in-shards.ts'
import { type ModelName, modelNames, trainedModels } from './models.ts'
import { type Reader, textBytes } from './reader.ts'
import { jsonOr, resealed } from './stored-readers.ts'

type Files = ReadonlyMap<string, Uint8Array>

/** What opening a folder reads, of files in memory. */
export async function openedModel(files: Files): Promise<unknown> {
  const inside = (folder: string): string[] =>
    [...files.keys()]
      .filter((name) => name.startsWith(folder) && !name.slice(folder.length).includes('/'))
      .map((name) => name.slice(folder.length))
  const read = await readFolderFiles(
    'model',
    { read: async (path) => files.get(path), list: async (folder) => inside(folder) },
    {},
  )
  const folder = decodeModelFolder(read, 'model')
  requireDigests(folder.meta.parts, read, 'model')
  return openedOf(folder)
}

/** A folder's `tweedie.json` without checksums: else nothing that is changed elsewhere gets any further. */
function withoutDigests(files: Files): Files {
  const {
    parts: _,
    save: __,
    ...meta
  } = JSON.parse(Buffer.from(files.get('tweedie.json')!).toString()) as Record<string, unknown>
  return new Map([...files, ['tweedie.json', textBytes(JSON.stringify(meta, null, 2))]])
}

function ofFolder(name: ModelName, whole: Files): Reader[] {
  const files = withoutDigests(whole)
  const inModel = [...files].filter(([path]) => !/^(checkpoint|train|log|samples)|^latents/.test(path))
  const share = 2 / inModel.length
  return [
    ...inModel.map(([path, bytes]): Reader => ({
      name: `${name}/${path}`,
      seeds: () => [bytes],
      read: (changed) => openedModel(new Map([...files, [path, changed]])),
      share,
    })),
    {
      name: `${name}/train.json`,
      seeds: () => [files.get('train.json')!],
      read: async (bytes) => {
        const value = jsonOr(bytes)
        if (value === undefined) return
        const { spec } = parseRunRecord(value, 'train.json')
        const family = await entryOfSpec(spec, {}, 'train.json').load()
        await family.parseSpec(spec, 'train.json')
      },
    },
    {
      name: `${name}/checkpoint`,
      seeds: () => [files.get('checkpoint.safetensors')!],
      // with a checksum that is right again, or nothing but the checksum would be tried
      read: async (bytes) => {
        const { spec } = decodeCheckpoint(resealed(bytes))
        const family = await entryOfSpec(spec, {}, 'checkpoint').load()
        await family.parseSpec(spec, 'checkpoint')
      },
    },
  ]
}

/** A model whose weights lie in two files: the index and one of them. */
function ofShards(whole: Files): Reader[] {
  const path = 'network/model.safetensors'
  const files = inShards(withoutDigests(whole), path)
  const names = [...files.keys()].filter((name) => name.startsWith('network/model'))
  return names.map((name) => ({
    name: `in shards/${name}`,
    seeds: () => [files.get(name)!],
    read: (changed) => openedModel(new Map([...files, [name, changed]])),
    share: 0.4,
  }))
}

const weight = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 8),
})
const lora = [{ part: 'unet', layer: 'mid_block.attentions.0.to_q', down: weight([2, 4]), up: weight([4, 2]) }]
const tensors = { a: weight([2, 3]), b: { shape: [4], data: Int8Array.of(1, 2, 3, 4) }, c: weight([]) }
const clipFiles = new Map([
  [
    'vocab.json',
    textBytes(
      JSON.stringify({ a: 0, b: 1, 'a</w>': 2, 'b</w>': 3, 'ab</w>': 4, '<|startoftext|>': 5, '<|endoftext|>': 6 }),
    ),
  ],
  ['merges.txt', textBytes('#version: 0.2\na b</w>\n')],
  ['tokenizer_config.json', textBytes('{"model_max_length": 8, "added_tokens": {"<x>": 7}}')],
  ['special_tokens_map.json', textBytes('{"bos_token": "<|startoftext|>", "eos_token": {"content": "<|endoftext|>"}}')],
])
const padding = {
  strategy: { Fixed: 8 },
  direction: 'Right',
  pad_to_multiple_of: null,
  pad_id: 0,
  pad_type_id: 0,
  pad_token: '[UNK]',
}
const hubFiles = new Map([
  ['tokenizer.json', textBytes(JSON.stringify({ ...wordLevel, padding }))],
  ['tokenizer_config.json', textBytes('{"model_max_length": 8}')],
])

const ofTokenizer = (name: string, files: Files): Reader => ({
  name: `tokenizer/${name}`,
  seeds: () => [files.get(name)!],
  read: (bytes) => {
    const tokenizer = captionTokenizerOf(new Map([...files, [name, bytes]]))
    return captionTokens(tokenizer, tokenizer.pieces('ab a b to be <x>'))
  },
})

/** All readers of models; those of folders need some models first. */
export async function modelReaders(names: readonly ModelName[] = modelNames): Promise<readonly Reader[]> {
  const models = await trainedModels(names)
  return [
    ...[...models].flatMap(([name, files]) => ofFolder(name, files)),
    ...ofShards(models.get('points')!),
    {
      name: 'safetensors',
      seeds: () => [writeSafetensors(tensors, { format: 'pt' })],
      read: (bytes) => readSafetensors(bytes),
      share: 2,
    },
    {
      name: 'lora',
      seeds: () => [encodePeft(lora, { alpha: 2 }), encodeKohya(lora, { alpha: 2 })],
      read: (bytes) => decodeLora(bytes),
    },
    {
      name: 'embedding',
      seeds: () => [encodeEmbedding('<icon>', new Map([['text_encoder', weight([1, 4])]]))],
      read: (bytes) => decodeEmbedding(bytes),
    },
    { name: 'onnx', seeds: () => [encodeSignature(signature)], read: (bytes) => onnxFile(bytes) },
    { name: 'signature', seeds: () => [encodeSignature(signature)], read: (bytes) => decodeSignature(bytes) },
    {
      name: 'classifier',
      seeds: () => [
        textBytes(
          '{"kind":"points","shape":[2],"classNames":["a","b"],"seed":1,"steps":3,"accuracy":[{"noise":0.5,"rate":0.9}]}',
        ),
      ],
      read: (bytes) => parseFacts(Buffer.from(bytes).toString(), 'classifier'),
      share: 0.3,
    },
    ...[...clipFiles.keys()].map((name) => ofTokenizer(name, clipFiles)),
    { ...ofTokenizer('tokenizer.json', hubFiles), share: 0.5 },
    {
      name: 'hub',
      seeds: () => [wordLevel, bpe].map((each) => textBytes(JSON.stringify(each))),
      read: (bytes) => {
        const value = jsonOr(bytes)
        return value && hubTokenizer(value).encode('to be to')
      },
      share: 0.5,
    },
  ]
}

const signature = {
  inputs: new Map([['x', { name: 'x', dtype: 'float32', shape: ['batch', 3, 4] }]]),
  outputs: new Map([['y', { name: 'y', dtype: 'float32', shape: ['batch', 2] }]]),
} satisfies Signature
