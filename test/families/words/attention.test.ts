/** Where a drawn picture's network looks at each word of its prompt. */
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../src/app/open.ts'
import { preparingInMemory } from '../../../src/app/prepare.ts'
import { specificationOf } from '../../../src/app/specification.ts'
import { train } from '../../../src/app/train.ts'
import type { Model } from '../../../src/families/values/model.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { random } from '../../engine/nn/run.ts'

const engine = await nodeEngine()
const dataset = createDataset({
  name: 'squares',
  kind: 'image',
  shape: [3, 10, 8],
  data: Uint8Array.from({ length: 8 * 240 }, (_, i) => i % 251),
  captions: Array.from({ length: 8 }, (_, i) => [i % 2 === 0 ? 'a red square' : 'one blue ring']),
})

/** A model of that shape, its weights random, so that it looks somewhere. */
async function model(): Promise<Model> {
  const setting = preparingInMemory({ engine, own: {} })
  const options = { captions: true, batch: 4, widths: [16, 32], textWidth: 32, steps: 1 }
  const { spec } = await specificationOf(dataset, options, setting)
  for await (const event of train({ spec: spec as TrainSpec, dataset, engine })) {
    if (event.type === 'checkpoint') {
      const noise = random('shake', event.model.weights.length)
      return { ...event.model, weights: event.model.weights.map((w, i) => w + 0.1 * noise[i]!) }
    }
  }
  throw new Error('no model')
}

const made = await model()
const painter = await openModel(made, { engine })
const asked = { count: 3, steps: 2, prompt: ['a red square', 'ring'], attention: true }

describe('maps of words', () => {
  it('are those of each item’s prompt, cut to the picture, and the same in any batch', async () => {
    const drawn = await painter.draw(asked)
    const attention = drawn.attention!
    expect(attention.map(({ words }) => words.map(({ text }) => text))).toEqual([
      ['a', 'red', 'square'],
      ['ring'],
      ['a', 'red', 'square'],
    ])
    for (const { size, words } of attention) {
      expect(size).toEqual([10, 8])
      for (const { map } of words) {
        expect(map).toHaveLength(80)
        expect(map.every((share) => share >= 0 && share <= 1)).toBe(true)
        expect(Math.max(...map)).toBeGreaterThan(0)
      }
    }
    const single = await painter.draw({ ...asked, batch: 1 })
    for (const [i, { words }] of attention.entries()) {
      for (const [j, { map }] of words.entries()) {
        const other = single.attention![i]!.words[j]!.map
        expect(Math.max(...map.map((share, k) => Math.abs(share - other[k]!)))).toBeLessThan(1e-3)
      }
    }
  })

  it('are a picture beside, a row for each item; and nothing where nobody asks', async () => {
    const { beside, attention } = await painter.draw({ ...asked, count: 1 })
    const { width, height } = beside!['attention']!.raster!()
    // four panels of 8 × 9 = 72 dots, four between; 10 × 9 and a line of letters
    expect([width, height]).toEqual([4 + 4 * 76, 4 + 90 + 13 + 4])
    expect(attention).toHaveLength(1)
    const plain = await painter.draw({ ...asked, attention: undefined })
    expect([plain.attention, plain.beside]).toEqual([undefined, undefined])
  })

  it('need a prompt', async () => {
    await expect(painter.draw({ count: 1, steps: 2, attention: true })).rejects.toThrow(
      '`attention`: there is no `prompt`',
    )
  })
})
