/** Dropout of networks of tokens, embeddings and rows: masks are fed, and what they drop is dropped. */
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { Scope } from '../../src/engine/nn/index.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { mapsDataset } from '../../src/files/data/builtin/maps.ts'
import { createCategorical } from '../../src/files/data/categorical.ts'
import { createTable } from '../../src/files/data/table.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'
import { embeddedProblem } from '../../src/families/embeddings/problem.ts'
import { specOf as embeddedSpec } from '../../src/families/embeddings/spec-of.ts'
import { rowsProblem } from '../../src/families/rows/problem.ts'
import { specOf as rowsSpec } from '../../src/families/rows/spec-of.ts'
import { tokenProblem } from '../../src/families/tokens/problem.ts'
import { specOf as tokenSpec } from '../../src/families/tokens/spec-of.ts'
import type { TrainProblem } from '../../src/tools/train/problem.ts'
import { countMasks, maskNames } from './masks-by-step.ts'

const verse = 'the cat sat on the mat. '.repeat(10)
const tokenizer = characterTokenizer(verse)
const text = createCategorical({
  name: 'verse',
  shape: [8],
  categories: tokenizer.size,
  data: tokenizer.encode(verse),
  vocabulary: { kind: 'text', tokenizer },
})
const maps = mapsDataset({ length: 4 })
const table = createTable({
  name: 'things',
  columns: [
    { kind: 'number', name: 'weight', values: Float64Array.from({ length: 12 }, (_, row) => row) },
    { kind: 'category', name: 'size', names: ['s', 'l'], values: Int32Array.from({ length: 12 }, (_, row) => row % 2) },
  ],
})

const small = { steps: 1, batch: 4, depth: 1 }
const rowsDrop = (rate?: number) => ({
  className: 'TokenTransformer',
  config: {
    hidden_size: 8,
    num_layers: 1,
    num_attention_heads: 1,
    neighbourhood_rows: 16,
    neighbourhood_size: 4,
    neighbourhood_dropout: rate ?? 0,
  },
})
const problems: readonly (readonly [
  string,
  (dropout?: number) => Promise<TrainProblem<unknown>> | TrainProblem<unknown>,
])[] = [
  ['text', (dropout) => tokenProblem(tokenSpec(text, { ...small, widths: [8], dropout }, {}), text)],
  [
    'tables of text',
    (rate) => tokenProblem(tokenSpec(text, { steps: 1, batch: 4, network: rowsDrop(rate) }, {}), text),
  ],
  ['maps', (dropout) => tokenProblem(tokenSpec(maps, { ...small, widths: [8, 16], dropout }, {}), maps)],
  ['embeddings', (dropout) => embeddedProblem(embeddedSpec(text, { ...small, widths: [8], dropout }, {}), text)],
  ['rows', (dropout) => rowsProblem(rowsSpec(table, { ...small, widths: [8], dropout }, {}), table)],
]

describe.each(problems)('%s', (_, problemOf) => {
  test('is fed masks that depend on the step alone, and none without dropout', async () => {
    expect(countMasks(await problemOf(0.25), 0.25)).toBeGreaterThan(0)
    for (const dropout of [undefined, 0]) expect(maskNames(await problemOf(dropout))).toEqual([])
  })

  test('is another network where something is dropped, and itself where nothing is', async () => {
    const lossWith = async (dropout: number, whole: boolean): Promise<number> => {
      const { parts, loss, emptyBatch, fill } = await problemOf(dropout)
      const batch = emptyBatch()
      fill(batch, 1)
      const [[name, { layout }]] = Object.entries(parts) as [[string, (typeof parts)[string]]]
      const flat = normal(key(name), new Float32Array(layout.size))
      const weights = Object.fromEntries([...layout.toMap(flat)].map(([each, { data }]) => [each, data]))
      const ones = Object.entries(batch.feeds).map(([each, values]) => [
        each,
        whole && each.startsWith('dropout') ? new Float32Array(values.length).fill(1) : values,
      ])
      const { loss: mean } = loss(new Scope(), 4)
      return evaluate([mean], { ...weights, ...Object.fromEntries(ones) })[0]!.data[0] as number
    }
    const plain = await lossWith(0, false)
    expect(await lossWith(0.5, true)).toBeCloseTo(plain, 5)
    expect(Math.abs((await lossWith(0.5, false)) - plain)).toBeGreaterThan(1e-3)
  })
})

test('a network of one’s own drops by itself', () => {
  const own = { networks: { Mine: () => ({}) } }
  expect(() => tokenSpec(text, { steps: 1, batch: 4, network: 'Mine', dropout: 0.1 }, own as never)).toThrow('Mine')
})
