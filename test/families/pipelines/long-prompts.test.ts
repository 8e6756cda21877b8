/** How prompts are read: layers of the encoder left out; prompts that are longer than the text encoder takes: cut and said, or in chunks, by networks for more places. */
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../src/app/open.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { LatentModel } from '../../../src/families/latent/model.ts'
import { skipping } from '../../../src/families/words/skipping.ts'
import { decodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { distance } from '../../engine/nn/run.ts'
import { type Kind, tinyPipeline } from './tiny.ts'

const engine = await nodeEngine()
const open = async (kind: Kind, remarks: string[] = []) =>
  openModel(decodeModelFolder(tinyPipeline(kind)), { engine, onRemark: (text) => void remarks.push(text) })

/** Ten pieces fit: letters. */
const [short, long] = ['a cat', 'a cat and a dog on a red mat']
const how = { count: 1, steps: 1, seed: 1, guidance: 2, negative: 'blurry' }

describe.each<Kind>(['sd', 'xl'])('%s', (kind) => {
  it('cuts, and says what; or reads on in chunks', async () => {
    const remarks: string[] = []
    using model = await open(kind, remarks)
    const draw = async (prompt: string, longPrompts?: string) =>
      (await model.draw({ ...how, prompt, longPrompts })).array().data as Float32Array
    remarks.length = 0
    const cut = await draw(long)
    expect(remarks.join()).toContain('the prompt has 20 pieces, the encoder takes 10: "g on a red mat" is cut')
    expect(await draw('a cat and a dog in a hat')).toEqual(cut)
    remarks.length = 0
    const chunks = await draw(long, 'chunks')
    expect(remarks).toEqual([])
    expect(distance(chunks, cut)).toBeGreaterThan(1e-5)
    // what stands in the last chunk alone makes a difference
    expect(distance(await draw(`${long.slice(0, -3)}hat`, 'chunks'), chunks)).toBeGreaterThan(1e-6)
    expect(await draw(short, 'chunks')).toEqual(await draw(short))
  })
})

it('compiles a network for more places once, and edits and restores by it', async () => {
  using model = await open('sd')
  const request = { ...how, prompt: long, longPrompts: 'chunks' }
  const first = (await model.draw(request)).array().data
  const { compilations } = model
  expect((await model.draw({ ...request, prompt: `${long} a b` })).array().data).not.toEqual(first)
  expect(model.compilations).toBe(compilations)
  const picture = new Float32Array(3 * 256).fill(0.2)
  const edit = async (longPrompts?: string) =>
    (await model.edit(picture, { prompt: [long], longPrompts, strength: 0.5, steps: 1, count: 1 })).array()
      .data as Float32Array
  expect(distance(await edit('chunks'), await edit())).toBeGreaterThan(1e-6)
})

it('reads by fewer layers of the text encoder', async () => {
  using model = await open('sd')
  const draw = async (clipSkip?: number) =>
    (await model.draw({ ...how, prompt: short, clipSkip })).array().data as Float32Array
  const [all, fewer] = [await draw(), await draw(1)]
  expect(distance(fewer, all)).toBeGreaterThan(1e-6)
  expect(await draw(0)).toEqual(all)
  await expect(draw(2)).rejects.toThrow('`clipSkip: 2`: text_encoder has 2 layers')
  const { encoders } = (model.model as LatentModel).prior.words!
  const less = skipping({ encoders }, 1)
  expect(less.encoders.map(({ skip }) => skip)).toEqual([1])
})
