/** Data sets as one file: a copy that opens as exactly the same data, and their digest. */
import { TweedieError } from '../errors.ts'
import { vocabularyToJson } from '../families/vocabulary-json.ts'
import { createDataset } from '../files/data/dataset.ts'
import { piecesOf } from '../files/data/stored-dataset.ts'
import { type RecordDataset, areRecords } from '../files/data/any-dataset.ts'
import type { PackedRecords } from '../files/data/records.ts'
import { readSafetensors, type SafeTensorInput, writeSafetensors } from '../files/io/safetensors.ts'
import { sha256 } from '../files/io/sha256.ts'
import type { TrainData } from '../tools/train/problem.ts'

const format = 'tweedie-data-1'

/** The bytes of a copy. */
export function encodeDataset(dataset: TrainData): Uint8Array<ArrayBuffer> {
  if (areRecords(dataset)) return encodeRecords(dataset)
  const {
    data,
    labels,
    conditions = {},
    skipped: _,
    remarks: __,
    length: ___,
    ...facts
  } = dataset as Exclude<TrainData, RecordDataset> & {
    readonly conditions?: Readonly<Record<string, Float32Array | Int32Array>>
    readonly skipped?: unknown
  }
  const arrays = new Map<string, SafeTensorInput>([['data', { shape: [data.length], data }]])
  if (labels) arrays.set('labels', { shape: [labels.length], data: labels })
  for (const [name, values] of Object.entries(conditions)) {
    arrays.set(`conditions/${name}`, { shape: [values.length], data: values })
  }
  const plain = facts.kind === 'tokens' ? { ...facts, vocabulary: vocabularyToJson(facts.vocabulary) } : facts
  return writeSafetensors(arrays, { format, facts: JSON.stringify(plain) })
}

function encodeRecords(dataset: RecordDataset): Uint8Array<ArrayBuffer> {
  const { facts, arrays } = dataset.packed()
  const stored = Object.entries(arrays).map(
    ([name, data]) => [name, { shape: [data.length], data }] as const satisfies [string, SafeTensorInput],
  )
  return writeSafetensors(new Map(stored), { format, kind: dataset.kind, facts: JSON.stringify(facts) })
}

/** The data set in a copy. @throws TweedieError `data` for other or damaged bytes */
export async function decodeDataset(bytes: Uint8Array, source: string): Promise<TrainData> {
  try {
    return await rebuilt(readSafetensors(bytes, source))
  } catch (cause) {
    if (cause instanceof TweedieError) throw cause
    throw new TweedieError('data', `${source}: not a copy of data that this tweedie wrote`, { cause })
  }
}

/** The data set of tensors and metadata as they were written. @throws Error for any others */
async function rebuilt({ tensors, metadata }: ReturnType<typeof readSafetensors>): Promise<TrainData> {
  const data = tensors.get('data')?.data
  if (metadata.format !== format) throw new Error('another format')
  if (metadata.kind !== undefined) {
    const arrays = Object.fromEntries([...tensors].map(([name, { data: values }]) => [name, values.slice()]))
    const packed = { facts: JSON.parse(metadata.facts ?? '{}'), arrays } as PackedRecords
    const { unpackRecords } = await import('../files/data/unpack-records.ts')
    const records = unpackRecords(metadata.kind, packed)
    if (records) return records
  }
  if (data === undefined) throw new Error('no data')
  const facts = JSON.parse(metadata.facts ?? '{}') as Record<string, unknown>
  const labels = tensors.get('labels')?.data.slice() as Int32Array | undefined
  const named = [...tensors].filter(([name]) => name.startsWith('conditions/'))
  const conditions = Object.fromEntries(
    named.map(([name, { data: values }]) => [name.slice('conditions/'.length), values.slice()]),
  )
  const parts: Record<string, unknown> = {
    ...facts,
    data: data.slice(),
    ...(labels && { labels }),
    ...(named.length > 0 && { conditions }),
  }
  if (facts.kind !== 'tokens') return createDataset(parts as unknown as Parameters<typeof createDataset>[0])
  const { vocabulary: look, kind: _, ...tokens } = parts
  const { createCategorical } = await import('../files/data/categorical.ts')
  const { vocabularyOf } = await import('../families/token-vocabulary.ts')
  const vocabulary = vocabularyOf({ look } as unknown as Parameters<typeof vocabularyOf>[0])
  return createCategorical({ ...tokens, vocabulary } as unknown as Parameters<typeof createCategorical>[0])
}

/** A digest of a data set: its items, labels, captions, shape, classes and vocabulary. Node's `digestOf` gives the same. */
export function datasetDigest(dataset: TrainData): string {
  const hash = sha256()
  for (const piece of digestPieces(dataset)) hash.update(piece)
  return hash.hex().slice(0, 16)
}

/** What the digest is taken of. */
export function* digestPieces(dataset: TrainData): Iterable<Uint8Array | string> {
  if (areRecords(dataset)) {
    const { facts, arrays } = dataset.packed()
    yield JSON.stringify([dataset.kind, facts])
    for (const [name, values] of Object.entries(arrays)) {
      yield name
      yield bytesOf(values)
    }
    return
  }
  const { labels, shape, classNames } = dataset
  yield JSON.stringify([shape, classNames ?? null])
  if (dataset.kind === 'tokens') yield JSON.stringify([dataset.categories, vocabularyToJson(dataset.vocabulary)])
  if (dataset.kind === 'tokens') yield bytesOf(dataset.data)
  else for (const data of piecesOf(dataset)) yield bytesOf(data)
  if (labels) yield bytesOf(labels)
  if ('captions' in dataset && dataset.captions) yield JSON.stringify(dataset.captions)
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
}
