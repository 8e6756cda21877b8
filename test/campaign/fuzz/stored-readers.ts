/** Readers of what is stored beside models: shards of results, copies of data, classifiers, adapters, words, indices of weights, old checkpoints. */
import { tritonConfig } from '../../../src/app/submit/triton.ts'
import { decodeDataset, encodeDataset } from '../../../src/app/dataset-file.ts'
import { withoutDraws } from '../../../src/compiled/onnx/onnx-autoencoder.ts'
import { weightFilesOf } from '../../../src/compiled/onnx/onnx-file.ts'
import { input } from '../../../src/engine/graph/index.ts'
import { classify } from '../../../src/engine/nn/classifier.ts'
import { layoutOf } from '../../../src/engine/nn/layout.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { encodeSignature, type Signature } from '../../../src/engine/onnx/proto/signature.ts'
import {
  classifierLayout,
  decodeNoisyClassifier,
  encodeNoisyClassifier,
} from '../../../src/families/values/noisy-classifier.ts'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { decodeWordFolder, encodeWordFolder } from '../../../src/files/io/embedding/word-folder.ts'
import { decodeAdapterFolder, encodeAdapterFolder } from '../../../src/files/io/lora/adapter-folder.ts'
import { writeSafetensors } from '../../../src/files/io/safetensors.ts'
import { parseWeightIndex } from '../../../src/files/io/weight-files.ts'
import { decodeClassifier, encodeClassifier } from '../../../src/tools/eval/classifier-file.ts'
import { decodeShard, encodeShard } from '../../../src/tools/shards/shard-file.ts'
import { sealed } from '../../../src/tools/train/checkpoint-seal.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import type { BaseSpec } from '../../../src/tools/train/spec.ts'
import { octets } from './opened.ts'
import { type Reader, textBytes } from './reader.ts'

type Files = ReadonlyMap<string, Uint8Array>

/** With a checksum that is right again, or nothing but the checksum would be tried. */
export function resealed(bytes: Uint8Array): Uint8Array {
  try {
    return sealed(bytes.slice())
  } catch {
    return bytes
  }
}

/** JSON, where bytes are that: what is none is refused before a schema sees it. */
export function jsonOr(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** One file of several that are read together. */
const oneOf = (label: string, files: Files, read: (files: Files) => unknown): Reader[] =>
  [...files].map(([name, bytes]) => ({
    name: `${label}/${name}`,
    seeds: () => [bytes],
    read: (changed) => read(new Map([...files, [name, changed]])),
    share: 0.4,
  }))

const weight = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 8),
})
const base = { path: '/models/a', relative: '../a', sum: '0123456789abcdef' }
const meta = {
  family: 'values',
  data: { name: 'made', kind: 'image', shape: [1, 8, 8] },
  objective: { parametrisation: 'v' },
} as unknown as Parameters<typeof encodeWordFolder>[2]

const layers = [{ part: 'unet', layer: 'mid_block.attentions.0.to_q', down: weight([2, 4]), up: weight([4, 2]) }]
const adapters = (): Files =>
  encodeAdapterFolder({
    layers,
    facts: { base, rank: 2, alpha: 2, targets: ['attention'] },
    scheduler: null as never,
    meta,
  } as unknown as Parameters<typeof encodeAdapterFolder>[0])
const word = (): Files =>
  encodeWordFolder(
    new Map([['text_encoder', weight([1, 4])]]) as unknown as Parameters<typeof encodeWordFolder>[0],
    { base, token: '<icon>', vectors: 1 },
    meta,
  )

const shard = (): Uint8Array =>
  encodeShard({
    shard: { index: 0, count: 2 },
    facts: { seed: 1, count: 4, data: { name: 'a' } },
    request: { out: 'a.png' },
    batches: [
      { loop: 'draw', first: 0, size: 2, count: 4, rows: { x: Float32Array.of(1, 2), labels: Int32Array.of(0, 1) } },
    ] as unknown as Parameters<typeof encodeShard>[0]['batches'],
  })

const copy = (): Uint8Array =>
  encodeDataset(
    createDataset({
      name: 'made',
      kind: 'image',
      shape: [1, 4, 4],
      data: octets([48]).data,
      labels: Int32Array.of(0, 1, 0),
      classNames: ['a', 'b'],
    }),
  )

function classifier(): Uint8Array {
  const scope = new Scope()
  classify(scope, input('x', [1, 1, 8, 8]), { classes: 2 })
  const layout = layoutOf(scope.specs)
  const known = { shape: [1, 8, 8], classes: 2, seed: 1, accuracy: 0.9, heldOut: 4, data: 'abc' }
  return encodeClassifier({ ...known, layout, params: new Float32Array(layout.size) })
}

function noisyClassifier(): Uint8Array {
  const layout = classifierLayout([2], 2)
  const known = { kind: 'points', shape: [2], classNames: ['a', 'b'], seed: 1, steps: 2, accuracy: [] } as const
  return encodeNoisyClassifier({ ...known, layout, params: new Float32Array(layout.size) })
}

/** A checkpoint as the first versions wrote them. */
const firstCheckpoint = (): Uint8Array =>
  writeSafetensors(
    { params: weight([4]), average: weight([4]), 'optimizer.mean': weight([4]), 'optimizer.square': weight([4]) },
    {
      format: 'tweedie-checkpoint-1',
      step: '3',
      'optimizer.step': '3',
      spec: JSON.stringify({ steps: 3, seed: 0, batch: 2 }),
      run: '{"name": "a"}',
    },
  )

const signature = {
  inputs: new Map([
    ['x', { name: 'x', dtype: 'float32', shape: ['batch', 3, 8, 8] }],
    ['t', { name: 't', dtype: 'float32', shape: ['batch'] }],
  ]),
  outputs: new Map([['output', { name: 'output', dtype: 'float32', shape: ['batch', 3, 8, 8] }]]),
} satisfies Signature
const onnx = (name: string, read: (bytes: Uint8Array) => unknown): Reader => ({
  name,
  seeds: () => [encodeSignature(signature)],
  read,
  share: 0.3,
})

const index = {
  metadata: { total_size: 8 },
  weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
}

export const storedReaders = (): readonly Reader[] => [
  ...oneOf('adapters', adapters(), (files) => decodeAdapterFolder(new Map(files))),
  ...oneOf('word', word(), (files) => decodeWordFolder(new Map(files))),
  { name: 'shard', seeds: () => [shard()], read: (bytes) => decodeShard(resealed(bytes)) },
  { name: 'copy', seeds: () => [copy()], read: (bytes) => decodeDataset(bytes, 'copy') },
  {
    name: 'classifier of evaluations',
    seeds: () => [classifier()],
    read: (bytes) => decodeClassifier(bytes),
    share: 0.3,
  },
  {
    name: 'noise-aware classifier',
    seeds: () => [noisyClassifier()],
    read: (bytes) => decodeNoisyClassifier(bytes),
    share: 0.3,
  },
  {
    name: 'first checkpoint',
    seeds: () => [firstCheckpoint()],
    read: (bytes) => decodeCheckpoint(bytes, 'checkpoint', { parseSpec: (value) => value as BaseSpec }),
    share: 0.3,
  },
  {
    name: 'index of weights',
    seeds: () => [textBytes(JSON.stringify(index))],
    read: (bytes) => {
      const value = jsonOr(bytes)
      return value && parseWeightIndex(value, Object.values(index.weight_map), 'index')
    },
    share: 0.3,
  },
  onnx('ONNX of an encoder', (bytes) => withoutDraws(bytes)),
  onnx('ONNX with weights beside', (bytes) => weightFilesOf(bytes, 'a.onnx')),
  onnx('ONNX for Triton', (bytes) => tritonConfig(bytes, { name: 'a' })),
]
