/** Copies of data sets open as exactly the same data, and have Node's digest. */
import { describe, expect, test } from 'vitest'
import { datasetDigest, decodeDataset, encodeDataset } from '../../src/app/dataset-file.ts'
import { digestOf } from '../../src/app/node/digest.ts'
import { builtinDataset } from '../../src/files/data/builtin/index.ts'
import { mapsDataset } from '../../src/files/data/builtin/maps.ts'
import { createCategorical } from '../../src/files/data/categorical.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'

const text = 'to be or not to be, that is the question'
const tokenizer = characterTokenizer(text)
const sets = {
  moons: builtinDataset('moons', { length: 20 }),
  glyphs: builtinDataset('glyphs', { length: 3 }),
  maps: mapsDataset({ length: 2 }),
  text: createCategorical({
    name: 'hamlet',
    shape: [8],
    categories: tokenizer.size,
    data: tokenizer.encode(text),
    vocabulary: { kind: 'text', tokenizer },
  }),
  conditions: { ...builtinDataset('moons', { length: 2 }), conditions: { pose: Float32Array.of(1, 2) } },
}

describe.each(Object.entries(sets))('%s', (_, dataset) => {
  test('opens again', async () => {
    const copy = await decodeDataset(encodeDataset(dataset), 'copy')
    // A tokenizer is functions; what it is made of is compared.
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
    const { remarks: _, ...rest } = dataset as { readonly remarks?: unknown }
    expect(plain(copy)).toEqual(plain(rest))
    expect('data' in copy && copy.data).toEqual(dataset.data)
    expect(datasetDigest(copy)).toBe(digestOf(dataset))
  })
})

test('other bytes are refused', async () => {
  const bytes = encodeDataset(sets.moons)
  await expect(decodeDataset(bytes.subarray(0, 100), 'copy')).rejects.toThrow('copy')
})
