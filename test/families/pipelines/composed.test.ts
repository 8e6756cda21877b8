/** Prompts joined by AND, drawn by a pipeline: against what a single prompt gives under other guidance. */
import { expect, test } from 'vitest'
import { openedOf } from '../../../src/app/opened.ts'
import { promptEncoder } from '../../../src/compiled/prompts/prompt-encoder.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { LatentModel } from '../../../src/families/latent/model.ts'
import { observation } from '../../../src/diffusion/measure/observation.ts'
import { averagePooling } from '../../../src/diffusion/measure/index.ts'
import { generate } from '../../../src/families/values/generate.ts'
import { restore } from '../../../src/families/values/restore.ts'
import { itemSize } from '../../../src/files/data/dataset.ts'
import { told } from '../../../src/families/words/told.ts'
import { decodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { distance } from '../../engine/nn/run.ts'
import { type Kind, tinyPipeline } from './tiny.ts'

const engine = await nodeEngine()
const priorOf = async (kind: Kind) =>
  ((await openedOf(decodeModelFolder(tinyPipeline(kind)))).model as LatentModel).prior

test('terms add up: twice the same is twice the guidance, and a term of weight 0 is none', async () => {
  const prior = await priorOf('xl')
  const drawn = async (prompts: readonly string[], guidance: number) => {
    const times = prior.sampling.times(2)
    return (await generate(prior, engine, { count: 2, seed: 1, prompts, guidance, times })).items
  }
  const half = (items: Float32Array, i: number) => items.subarray((i * items.length) / 2, ((i + 1) * items.length) / 2)
  const plain = await drawn(['a cat'], 3)
  // 2 (D − D₀) twice is 4 (D − D₀); the second item has one term, of a batch with two
  const twice = await drawn(['a cat AND a cat', 'a cat:2 AND a dog:0'], 1)
  expect(distance(twice, plain)).toBeLessThan(1e-3)
  const both = await drawn(['a cat:2 AND a dog:0', 'a cat:2 AND a dog:-1'], 1)
  expect(distance(half(both, 0), half(plain, 0))).toBeLessThan(1e-3)
  expect(distance(half(both, 1), half(plain, 1))).toBeGreaterThan(1e-2)
})

test.each(['dps', 'mmps'] as const)('%s sees the composed mean and its derivative', async (method) => {
  const prior = await priorOf('sd')
  const seen = observation(averagePooling(prior.frame.item, 2), new Float32Array(itemSize(prior.frame.item) / 4), 0.5)
  const restored = async (prompts: readonly string[], guidance: number) =>
    (await restore(prior, engine, seen, { count: 2, seed: 1, method, steps: 2, prompts, guidance })).items
  const plain = await restored(['a cat'], 1)
  const twice = await restored(['a cat AND a cat', 'a cat:2 AND a dog:0'], 0)
  expect(distance(twice, plain)).toBeLessThan(1e-3)
  expect(distance(await restored(['a cat AND a dog'], 0), plain)).toBeGreaterThan(1e-2)
})

test('each item has its own terms; captions that are read as they are have one', async () => {
  const prior = await priorOf('sd')
  const source = async () => promptEncoder(prior.words!, engine)
  const asked = (await told(prior, { prompts: ['a AND b:0.5', 'c'] }, source))!
  expect(asked.terms).toBe(2)
  const made = asked.at(0, 3, 3)
  expect(Object.keys(made)).toEqual(['context', 'AND 0 weight', 'AND 0 context', 'AND 1 weight', 'AND 1 context'])
  expect([[...made['AND 0 weight']!], [...made['AND 1 weight']!]]).toEqual([
    [1, 1, 1],
    [0.5, 0, 0.5],
  ])
  expect((await told(prior, { prompts: ['a AND b'], weights: false }, source))!.terms).toBe(1)
})

test('where it has no meaning it is refused', async () => {
  const prior = await priorOf('sd')
  const source = async () => promptEncoder(prior.words!, engine)
  const asked = (texts: object) => told(prior, { prompts: ['a AND b'], ...texts }, source)
  await expect(asked({ towardsPrompt: 'c' })).rejects.toThrow(/`towardsPrompt` walks from one prompt to another/)
  await expect(asked({ negativePrompt: 'c AND d' })).rejects.toThrow(/`negative`: prompts are not joined by AND there/)
  const lcm = await priorOf('lcm')
  await expect(generate(lcm, engine, { count: 1, prompts: ['a AND b'] })).rejects.toThrow(/guidance as a condition/)
})
