/** Models that draw in the style of another picture. */
import { describe, expect, it } from 'vitest'
import { array, assert, integer, nat, property } from 'fast-check'
import { preparingInMemory } from '../../../src/app/prepare.ts'
import { specificationOf } from '../../../src/app/specification.ts'
import { train } from '../../../src/app/train.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { membersOf, secondPictures } from '../../../src/families/pictured/second-pictures.ts'
import { generate } from '../../../src/families/values/generate.ts'
import { folderOf, type Model } from '../../../src/families/values/model.ts'
import { modelOf } from '../../../src/families/values/model-of.ts'
import { valueProblem } from '../../../src/families/values/problem.ts'
import { parseSpec } from '../../../src/families/values/parse-spec.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import { loadBatch } from '../../../src/files/data/normalise.ts'
import { decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'
import type { OptionValues } from '../../../src/options.ts'
import { type Checkpoint, encodeCheckpoint } from '../../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import { seen, small, squares } from './toy.ts'

const engine = await nodeEngine()
const setting = preparingInMemory({ engine, own: {} })
const specWith = async (options: OptionValues, data = squares): Promise<TrainSpec> =>
  (await specificationOf(data, { ...small, stylePictures: true, ...options }, setting)).spec as TrainSpec
const picture = (item: number): Float32Array => loadBatch(squares, [item], new Float32Array(192))

async function run(spec: TrainSpec, from?: Checkpoint): Promise<{ model: Model; checkpoints: readonly Checkpoint[] }> {
  let model: Model | undefined
  const checkpoints: Checkpoint[] = []
  for await (const event of train({ spec, dataset: squares, engine, threads: 1, checkpointEvery: 2, from })) {
    if (event.type !== 'checkpoint') continue
    model = event.model as Model
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
  }
  return { model: model!, checkpoints }
}

describe('second pictures', () => {
  const classes = array(integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 })

  it('are other items of the same class, by key, step and item alone', () => {
    assert(
      property(classes, nat(100), (labels, step) => {
        const members = membersOf(labels, 4)
        const indices = labels.map((_, item) => item)
        const chosen = secondPictures(labels, members, { key: key(1), step, indices })
        const backwards = secondPictures(labels, members, { key: key(1), step, indices: indices.toReversed() })
        expect(backwards.toReversed()).toEqual(chosen)
        for (const [item, other] of chosen.entries()) {
          if (members[labels[item]!]!.length === 1) expect(other).toBe(-1)
          else expect([other !== item, labels[other]]).toEqual([true, labels[item]])
        }
      }),
    )
  })

  it('are drawn equally often', () => {
    const members = membersOf([0, 1, 0, 0, 0], 2)
    const counts = new Map<number, number>()
    for (let step = 0; step < 3000; step++) {
      const [other] = secondPictures([0, 1, 0, 0, 0], members, { key: key(2), step, indices: [2] })
      counts.set(other!, (counts.get(other!) ?? 0) + 1)
    }
    expect([...counts.keys()].toSorted()).toEqual([0, 3, 4])
    // four standard deviations
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(104)
  })
})

describe('a model that draws in the style of a picture', () => {
  it('follows the words and the picture, each on its own, and lies in a folder', async () => {
    const { model } = await run(await specWith({ steps: 200, optimizer: 'adamw', rate: 4e-3, ema: 0.95 }))
    expect(model.network.conditions).not.toHaveProperty('labels')
    // a red square of each style, of which green and blue are asked for
    const asked = {
      count: 4,
      guidance: 1,
      prompts: ['a green square', 'a blue square'],
      styles: [0, 0, 3, 3].map(picture),
      seed: 2,
    }
    const { items } = await generate(model, engine, { ...asked, threads: 1 })
    const drawn = [0, 1, 2, 3].map((i) => seen(items, i))
    expect(drawn.map(({ colour }) => colour)).toEqual(['green', 'blue', 'green', 'blue'])
    for (const i of [0, 1]) expect(drawn[i]!.middle - drawn[i + 2]!.middle).toBeGreaterThan(0.5)

    const again = modelOf(decodeModelFolder(encodeModelFolder(folderOf(model))))
    expect((await generate(again, engine, { ...asked, threads: 1 })).items).toEqual(items)
    // items at a time change nothing, and without a picture it draws too
    const inTurn = await generate(again, engine, { ...asked, batch: 3, threads: 1 })
    for (const [i, x] of inTurn.items.entries()) expect(x).toBeCloseTo(items[i]!, 3)
    const { items: free } = await generate(again, engine, { ...asked, styles: undefined, threads: 1 })
    expect(free).not.toEqual(items)
  }, 60_000)

  it('goes on from a checkpoint bit for bit, and its encoder learns', async () => {
    const spec = await specWith({ steps: 4 })
    expect(parseSpec(JSON.parse(JSON.stringify(spec)), 'train.json')).toEqual(spec)
    const whole = await run(spec)
    const rest = await run(spec, structuredClone(whole.checkpoints.find(({ state }) => state.step === 2)!))
    expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
    const problem = await valueProblem(spec, squares)
    const { styles } = await problem.snapshot(whole.checkpoints[0]!.state as never, {} as never)
    expect(styles!.weights).not.toEqual(whole.model.styles!.weights)
  }, 60_000)

  it('is told nothing at all where words are left out alone', async () => {
    const spec = await specWith({ captionDropout: 0.9, styleDropout: 0, batch: 48, steps: 1 })
    const { emptyBatch, fill } = await valueProblem(spec, squares)
    const batch = emptyBatch()
    const counts = { both: 0, style: 0, neither: 0 }
    for (let step = 0; step < 20; step++) {
      fill(batch, step)
      const places = batch.feeds['tokens']!.length / 48
      for (let j = 0; j < 48; j++) {
        const words = batch.feeds['tokens']!.subarray(j * places, (j + 1) * places).some((token) => token > 2)
        const there = batch.feeds['style_there']![j] === 1
        if (words) expect(there).toBe(true)
        counts[words ? 'both' : there ? 'style' : 'neither']++
      }
    }
    const [both, style, neither] = Object.values(counts).map((count) => count / 960)
    expect(both).toBeCloseTo(0.1, 1)
    expect(style).toBeCloseTo(0.45, 0.9)
    expect(neither).toBeCloseTo(0.45, 0.9)
  })

  it('refuses what it cannot do', async () => {
    const { labels: _, classNames: __, ...bare } = squares
    await expect(specWith({}, bare as typeof squares)).rejects.toThrow(/no two pictures of the same class/)
    await expect(specWith({ stylePictures: undefined, styleDropout: 0.2 })).rejects.toThrow(/`styleDropout` is for/)
    const spec = await specWith({ stylePictures: undefined, steps: 1 })
    const { model } = await run(spec)
    await expect(generate(model, engine, { count: 1, styles: [picture(0)], threads: 1 })).rejects.toThrow(
      /does not draw in the style of a picture/,
    )
  }, 60_000)
})
