/** Models of values that learn what captions say. */
import { describe, expect, it } from 'vitest'
import { train } from '../../../src/app/train.ts'
import { specificationOf } from '../../../src/app/specification.ts'
import { preparingInMemory } from '../../../src/app/prepare.ts'
import { generate } from '../../../src/families/values/generate.ts'
import { folderOf, type Model } from '../../../src/families/values/model.ts'
import { modelOf } from '../../../src/families/values/model-of.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { OptionValues } from '../../../src/options.ts'

const engine = await nodeEngine()
const setting = preparingInMemory({ engine, own: {} })

/** Plain squares of 8 × 8 pixels, and what colour they have. */
const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255] } as const
const names = Object.keys(colours) as (keyof typeof colours)[]
const squares = createDataset({
  name: 'squares',
  kind: 'image',
  shape: [3, 8, 8],
  data: Uint8Array.from(
    { length: 24 * 192 },
    (_, i) => colours[names[Math.floor(i / 192) % 3]!][Math.floor((i % 192) / 64)]!,
  ),
  captions: Array.from({ length: 24 }, (_, i) => [`a ${names[i % 3]!} square`, names[i % 3]!]),
})

async function trained(options: OptionValues, data = squares): Promise<Model> {
  const { spec } = await specificationOf(
    data,
    { captions: true, batch: 12, widths: [8, 16], textWidth: 16, textLayers: 1, ...options },
    setting,
  )
  let model: Model | undefined
  for await (const event of train({ spec: spec as TrainSpec, dataset: data, engine, threads: 1 })) {
    if (event.type === 'checkpoint') model = event.model
  }
  return model!
}

describe('a model that learns captions', () => {
  it('draws what it is asked for', async () => {
    const model = await trained({ steps: 150, rate: 4e-3, ema: 0.95 })
    const prompts = ['a blue square', 'red']
    const { items } = await generate(model, engine, { count: 4, prompts, seed: 1, threads: 1 })
    const channel = (item: number, c: number): number => {
      const at = items.subarray((item * 3 + c) * 64, (item * 3 + c + 1) * 64)
      return at.reduce((sum, x) => sum + x / 64, 0)
    }
    const shades = Array.from({ length: 4 }, (_, i) => [0, 1, 2].map((c) => channel(i, c)))
    for (const [i, [r, , b]] of shades.entries()) expect(i % 2 === 0 ? b! - r! : r! - b!).toBeGreaterThan(0.2)
    const again = modelOf(decodeModelFolder(encodeModelFolder(folderOf(model))))
    expect(again.words!.encoders[0]!.tokenizer.pieces('a red square')).toHaveLength(3)
    const same = await generate(again, engine, { count: 4, prompts, seed: 1, threads: 1 })
    expect(same.items).toEqual(items)
    const encoders = model.words!.encoders.map((each) => ({ ...each, weights: each.weights.map((x) => x + 1) }))
    const weak = { ...model, words: { ...model.words!, encoders } }
    const guided = { count: 2, prompts, threads: 1, guidance: { w: 1, weak } }
    await expect(generate(model, engine, guided)).rejects.toMatchObject({ code: 'usage' })
    const alike = await generate(model, engine, { ...guided, guidance: { w: 1, weak: { ...model } } })
    expect(alike.items.every(Number.isFinite)).toBe(true)
  })
})
