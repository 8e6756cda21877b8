/** Words and a class together: each is learned with and without the other, and both are asked for at once. */
import { expect, it } from 'vitest'
import { preparingInMemory } from '../../../src/app/prepare.ts'
import { specificationOf } from '../../../src/app/specification.ts'
import { train } from '../../../src/app/train.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { generate } from '../../../src/families/values/generate.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { valueProblem } from '../../../src/families/values/problem.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import type { OptionValues } from '../../../src/options.ts'
import { seen, small, squares } from '../pictured/toy.ts'

const engine = await nodeEngine()
const setting = preparingInMemory({ engine, own: {} })
const specWith = async (options: OptionValues): Promise<TrainSpec> =>
  (await specificationOf(squares, { ...small, ...options }, setting)).spec as TrainSpec

it('draws the thing of the words in the style of the class', async () => {
  let model: Model | undefined
  const spec = await specWith({ steps: 200, optimizer: 'adamw', rate: 4e-3, ema: 0.95 })
  for await (const event of train({ spec, dataset: squares, engine, threads: 1 })) {
    if (event.type === 'checkpoint') model = event.model as Model
  }
  const prompts = ['a green square', 'a blue square']
  const { items } = await generate(model!, engine, {
    count: 4,
    guidance: 1,
    prompts,
    labels: [0, 0, 1, 1],
    seed: 2,
    threads: 1,
  })
  const drawn = [0, 1, 2, 3].map((i) => seen(items, i))
  expect(drawn.map(({ colour }) => colour)).toEqual(['green', 'blue', 'green', 'blue'])
  for (const i of [0, 1]) expect(drawn[i]!.middle - drawn[i + 2]!.middle).toBeGreaterThan(0.5)
}, 60_000)

it('leaves out the words, the class, or both', async () => {
  const spec = await specWith({ captionDropout: 0.5, labelDropout: 0.25, batch: 48, steps: 1 })
  const { emptyBatch, fill } = await valueProblem(spec, squares)
  const batch = emptyBatch()
  const counts = [0, 0, 0, 0]
  for (let step = 0; step < 40; step++) {
    fill(batch, step)
    const { tokens, labels } = batch.feeds as Record<string, Int32Array>
    const places = tokens!.length / 48
    for (let j = 0; j < 48; j++) {
      const words = tokens!.subarray(j * places, (j + 1) * places).some((token) => token > 2)
      counts[2 * Number(words) + Number(labels![j] !== 2)]! += 1 / (40 * 48)
    }
  }
  // half of the captions that are left out go with the class, the others with a class that is left out on its own
  const expected = [0.25 + 0.25 * 0.25, 0.25 * 0.75, 0.5 * 0.25, 0.5 * 0.75]
  // four standard deviations of 1,920 draws
  for (const [i, share] of counts.entries()) expect(Math.abs(share - expected[i]!)).toBeLessThan(0.046)
})
