/** Generators that stay warm: nothing is compiled twice, draws may overlap, and samples are those of a cold start. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { train } from '../../src/app/train.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { createCategorical } from '../../src/files/data/categorical.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'
import { requireTokens } from '../../src/diffusion/discrete/index.ts'
import { timesOf } from '../../src/diffusion/sample/default-times.ts'
import { defaultEmbeddedSpec } from '../../src/families/embeddings/defaults.ts'
import { generateEmbedded, warmEmbeddedGenerator } from '../../src/families/embeddings/generate.ts'
import type { EmbeddingModel } from '../../src/families/embeddings/model.ts'
import type { FamilyModel, SpecFor } from '../../src/families/family.ts'
import { defaultTokenSpec } from '../../src/families/tokens/defaults.ts'
import { generateTokens, warmTokenGenerator } from '../../src/families/tokens/generate.ts'
import type { TokenModel } from '../../src/families/tokens/model.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { type DrawOptions, generate, type WarmGenerator, warmGenerator } from '../../src/families/values/generate.ts'
import type { Model } from '../../src/families/values/model.ts'
import { trainNoisyClassifier } from '../../src/families/values/train-noisy-classifier.ts'
import type { TrainData } from '../../src/tools/train/problem.ts'

let engine: Engine
let model: Model
const session = { threads: 1 }
const glyphs = builtinDataset('glyphs', { length: 64 })

async function trained<M>(spec: SpecFor<FamilyModel>, dataset: TrainData): Promise<M> {
  let last: unknown
  for await (const event of train({ spec: spec as never, dataset: dataset as never, engine })) {
    if (event.type === 'checkpoint') last = event.model
  }
  return last as M
}

beforeAll(async () => {
  engine = await nodeEngine()
  const spec = defaultSpec(
    { ...glyphs, classes: 10 },
    { budget: { steps: 3 }, batch: 8, patch: 4, unet: { widths: [8, 16] }, objective: { labelDropout: 0.3 } },
  )
  model = await trained(spec, glyphs)
})

describe('a generator of values', () => {
  let times: readonly number[]
  let warm: WarmGenerator
  beforeAll(() => {
    times = timesOf(model.schedule, 3)
    warm = warmGenerator(model, engine, session)
  })
  afterAll(() => warm.dispose())
  const cold = async (options: DrawOptions) => (await generate(model, engine, { ...session, times, ...options })).items

  it('frees what no draw uses, and compiles it again', async () => {
    using mine = warmGenerator(model, engine, session)
    const first = await mine.draw({ count: 2, seed: 1, times })
    mine.release()
    const during = mine.draw({ count: 2, seed: 1, times })
    mine.release()
    expect((await during).items).toEqual(first.items)
    expect(mine.compilations).toBe(2)
  })

  it('compiles nothing before the first draw, and nothing the second time', async () => {
    expect(warm.compilations).toBe(0)
    const first = await warm.draw({ count: 4, seed: 1, times })
    expect(warm.compilations).toBe(1)
    const second = await warm.draw({ count: 4, seed: 2, times, labels: [3, 3, 10, 0] })
    expect(warm.compilations).toBe(1)
    expect(first.items).toEqual(await cold({ count: 4, seed: 1 }))
    expect(second.items).toEqual(await cold({ count: 4, seed: 2, labels: [3, 3, 10, 0] }))
    // the last batch is a smaller one
    const longer = { count: 10, batch: 4, seed: 1 }
    expect((await warm.draw({ ...longer, times })).items).toEqual(await cold(longer))
    expect(warm.compilations).toBe(1)
  })

  it('keeps what guidance, eight bits and classifiers need beside it', async () => {
    const weak = { ...model, weights: model.weights.map((w) => 0.9 * w) }
    const classifier = await trainNoisyClassifier(glyphs, engine, { steps: 2, batch: 16 })
    const ways: readonly DrawOptions[] = [
      { count: 4, seed: 3, guidance: 2 },
      { count: 4, seed: 3, guidance: { w: 1, negative: 2 } },
      { count: 4, seed: 3, guidance: { w: 1, weak } },
      { count: 4, seed: 3, guidance: { classifier, classifierScale: 2 } },
      { count: 4, seed: 3, arithmetic: 'int8' },
    ]
    const firsts = []
    for (const way of ways) firsts.push((await warm.draw({ ...way, times })).items)
    const before = warm.compilations
    // 4; 8; the weak one; the classifier; ranges, and the program of them
    expect(before).toBe(6)
    const again = await Promise.all(ways.map(async (way) => (await warm.draw({ ...way, times })).items))
    expect(warm.compilations).toBe(before)
    expect(again).toEqual(firsts)
    for (const [i, way] of ways.entries()) expect(firsts[i]).toEqual(await cold(way))
    // one classifier, asked for other classes by each
    const wanted = [1, 2, 3].map((label) => ({
      count: 4,
      seed: 3,
      labels: [label, 0, label, 5],
      guidance: { classifier },
    }))
    const several = await Promise.all(wanted.map(async (way) => (await warm.draw({ ...way, times })).items))
    for (const [i, way] of wanted.entries()) expect(several[i]).toEqual(await cold(way))
  })

  it('ten draws at once wait for one compilation, and are those of ten alone', async () => {
    using fresh = warmGenerator(model, engine, session)
    const all = Array.from({ length: 10 }, (_, seed) => ({
      count: 3,
      seed,
      times,
      labels: [seed, (seed + 1) % 10, 10],
    }))
    const together = await Promise.all(all.map(async (each) => (await fresh.draw(each)).items))
    expect(fresh.compilations).toBe(1)
    for (const [i, each] of all.entries()) expect(together[i]).toEqual(await cold(each))
  })

  it('refuses before it compiles, and stays usable', async () => {
    using fresh = warmGenerator(model, engine, session)
    await expect(fresh.draw({ count: 0 })).rejects.toThrow('the number of samples is 0')
    await expect(fresh.draw({ count: 2, labels: [1] })).rejects.toThrow('1 classes for 2 items')
    await expect(fresh.draw({ count: 1, guidance: { w: 1, negative: 10 } })).rejects.toThrow('negative class 10')
    expect(fresh.compilations).toBe(0)
    await expect(fresh.draw({ count: 1, labels: [11], times })).rejects.toThrow('class 11')
    const stopped = fresh.draw({ count: 1, signal: AbortSignal.abort(new Error('enough')), times })
    await expect(stopped).rejects.toThrow('enough')
    expect((await fresh.draw({ count: 1, seed: 1, times })).items).toEqual(await cold({ count: 1, seed: 1 }))
  })

  it('that is disposed of ends its draws with an error, whenever that is', async () => {
    const many = timesOf(model.schedule, 400)
    for (const wait of [0, 1, 20, 200]) {
      const fresh = warmGenerator(model, engine, session)
      const drawing = Promise.allSettled([1, 2, 3].map((seed) => fresh.draw({ count: 3, seed, times: many })))
      await new Promise((resolve) => setTimeout(resolve, wait))
      fresh.dispose()
      for (const each of await drawing) {
        if (each.status === 'rejected') expect(String(each.reason)).toContain('was disposed of')
      }
      await expect(fresh.draw({ count: 1 })).rejects.toThrow('the generator was disposed of')
    }
  })
})

describe('generators of tokens', () => {
  const verse = 'the cat sat on the mat. '.repeat(20)
  const tokenizer = characterTokenizer(verse)
  const corpus = createCategorical({
    name: 'verse',
    shape: [8],
    categories: tokenizer.size,
    data: tokenizer.encode(verse),
    vocabulary: { kind: 'text', tokenizer },
  })
  const tiny = {
    batch: 8,
    widths: [32],
    depth: 1,
    budget: { steps: 3 },
    optimizer: { rate: 1e-2, warmup: 1, ema: 0.5 },
  }

  it('of a discrete process, with classes and guidance', async () => {
    const labelled = createCategorical({
      name: 'levels',
      shape: [6],
      categories: 4,
      data: Int32Array.from({ length: 6 * 60 }, (_, i) => (i * 7 + Math.floor(i / 6)) % 4),
      labels: Int32Array.from({ length: 60 }, (_, i) => i % 3),
      classNames: ['a', 'b', 'c'],
      vocabulary: { kind: 'levels' } as never,
    })
    const chosen = { ...tiny, labelDropout: 0.3 }
    const tokens = await trained<TokenModel>(defaultTokenSpec(labelled, chosen), labelled)
    using warm = warmTokenGenerator(tokens, engine, session)
    const ways = [
      { count: 5, batch: 2, seed: 1, steps: 4 },
      { count: 2, seed: 2, steps: 4, labels: [2, 3] },
      { count: 3, batch: 2, seed: 1, steps: 4, guidance: 2 },
      { count: 2, seed: 7, steps: 4, guidance: 1, fixed: [1, -1, -1, 2, -1, -1] },
    ]
    const all = await Promise.all(ways.map((way) => warm.draw(way)))
    expect(warm.compilations).toBe(2)
    for (const [i, way] of ways.entries())
      expect(all[i]).toEqual(await generateTokens(tokens, engine, { ...way, ...session }))
    await expect(warm.draw({ count: 1, labels: [4] })).rejects.toThrow('class 4: the model has the classes 0 … 3')
  })

  it('of embeddings, with requirements', async () => {
    const embedded = await trained<EmbeddingModel>(defaultEmbeddedSpec(corpus, tiny), corpus)
    using warm = warmEmbeddedGenerator(embedded, engine, session)
    const times = timesOf(embedded.schedule, 4)
    const require = requireTokens(tokenizer.encode('cat'), 2)
    const ways = [
      { count: 3, batch: 2, seed: 1, times },
      { count: 2, seed: 2, times, clamp: true },
      { count: 2, seed: 3, times, require },
    ]
    const all = await Promise.all(ways.map((way) => warm.draw(way)))
    expect(warm.compilations).toBe(2)
    await warm.draw({ count: 2, seed: 4, times, require: requireTokens(tokenizer.encode('cat'), 2) })
    expect(warm.compilations).toBe(2)
    const both = [5, 6].map((seed) => ({ count: 2, seed, times, require }))
    const texts = await Promise.all(both.map((way) => warm.draw(way)))
    for (const [i, way] of both.entries())
      expect(texts[i]).toEqual(await generateEmbedded(embedded, engine, { ...way, ...session }))
    for (const [i, way] of ways.entries())
      expect(all[i]).toEqual(await generateEmbedded(embedded, engine, { ...way, ...session }))
  })
})
