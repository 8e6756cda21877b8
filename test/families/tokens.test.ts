/** Training on tokens: events, continuation to the bit, what is learned, refusals. */
import { beforeAll, describe, expect, test } from 'vitest'
import { mapsDataset } from '../../src/files/data/builtin/maps.ts'
import { type CategoricalDataset, createCategorical } from '../../src/files/data/categorical.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { readModel } from '../../src/app/opened.ts'
import type { FamilyModel } from '../../src/families/family.ts'
import { tokenFolderOf, type TokenModel } from '../../src/families/tokens/model.ts'
import { categoricalDenoiser } from '../../src/compiled/categorical-denoiser.ts'
import { modelOf } from '../../src/families/values/model-of.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'
import { encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { defaultTokenSpec, type TokenChoices } from '../../src/families/tokens/defaults.ts'
import { createTrainer, train, type TrainEvent, type TrainOptions } from '../../src/app/train.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const verse = 'the cat sat on the mat. '.repeat(40)
const corpus = corpusOf(verse)
const tiny: TokenChoices = { batch: 8, widths: [32], depth: 1, budget: { steps: 12 } }

function corpusOf(text: string, length = 16): CategoricalDataset {
  const tokenizer = characterTokenizer(text)
  return createCategorical({
    name: 'verse',
    shape: [length],
    categories: tokenizer.size,
    data: tokenizer.encode(text),
    vocabulary: { kind: 'text', tokenizer },
  })
}

/** All events; checkpoints as bytes, as they would be on a disk. */
async function collect<Model extends FamilyModel>(options: Omit<TrainOptions<Model>, 'engine'>) {
  const events: TrainEvent<Model>[] = []
  const checkpoints: Uint8Array[] = []
  for await (const event of train({ engine, ...options })) {
    events.push(event)
    if (event.type === 'checkpoint') checkpoints.push(encodeCheckpoint(event.checkpoint))
  }
  return { events, checkpoints: checkpoints.map((bytes) => decodeCheckpoint(bytes)) }
}

const lossesOf = (events: readonly TrainEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'step' ? [event.loss] : []))

describe('train on tokens', () => {
  test.each(['absorbing', 'uniform', 'gaussian', 'neighbour'] as const)(
    '%s: in portions and in micro-batches, a step is what it is at once',
    async (kernel) => {
      const process = kernel === 'absorbing' ? { kernel } : { kernel, steps: 10 }
      const spec = defaultTokenSpec(corpus, { ...tiny, process })
      using whole = await createTrainer(spec, corpus, engine)
      using portions = await createTrainer(spec, corpus, engine, { portion: 2 })
      using parts = await createTrainer({ ...spec, batch: 2, accumulate: 4 }, corpus, engine)
      for (let i = 0; i < 2; i++) {
        const expected = structuredClone(await whole.step(10))
        for (const trainer of [portions, parts]) {
          const { loss, gradientNorm } = await trainer.step(10)
          expect(loss / expected.loss).toBeCloseTo(1, 5)
          expect(gradientNorm / expected.gradientNorm).toBeCloseTo(1, 3)
        }
      }
    },
  )

  for (const kernel of ['absorbing', 'uniform', 'gaussian'] as const) {
    test(`${kernel}: continued from any checkpoint, everything is as if nothing had happened`, async () => {
      const process = kernel === 'absorbing' ? { kernel } : { kernel, steps: 10 }
      const spec = defaultTokenSpec(corpus, { ...tiny, process, budget: { steps: 8 } })
      const options = { spec, dataset: corpus, checkpointEvery: 3 }
      const whole = await collect(options)
      expect(whole.checkpoints.map(({ state }) => state.step)).toEqual([0, 3, 6, 8])
      for (const from of whole.checkpoints.slice(0, 3)) {
        const rest = await collect({ ...options, from: structuredClone(from) })
        expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
        expect(lossesOf(rest.events)).toEqual(lossesOf(whole.events).slice(from.state.step))
      }
    })
  }

  test('learns: the bound falls from the entropy of a guess towards that of a verse known by heart', async () => {
    const budget = { steps: 600 }
    const spec = defaultTokenSpec(corpus, {
      ...tiny,
      batch: 16,
      depth: 2,
      budget,
      optimizer: { rate: 5e-3, warmup: 10 },
    })
    const { events } = await collect({ spec, dataset: corpus })
    const losses = lossesOf(events)
    const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b / part.length, 0)
    // Before the first step all categories are alike: log K nats a token.
    expect(mean(losses.slice(0, 5))).toBeCloseTo(Math.log(corpus.categories), 0)
    expect(mean(losses.slice(-40))).toBeLessThan(0.5 * Math.log(corpus.categories))
  })

  test('a model goes through a folder, and images are asked for elsewhere', async () => {
    const { events } = await collect({
      spec: defaultTokenSpec(corpus, { ...tiny, budget: { steps: 1 } }),
      dataset: corpus,
    })
    const model = events.flatMap((event) => (event.type === 'checkpoint' ? [event.model] : [])).at(-1)!
    const folder = decodeModelFolder(encodeModelFolder(tokenFolderOf(model)))
    const again = (await readModel(folder)) as TokenModel
    if (again.family !== 'tokens' || again.vocabulary.kind !== 'text') throw new Error('no model of text')
    expect(again.weights).toEqual(model.weights)
    expect(again.process.spec).toEqual({ kernel: 'absorbing', schedule: 'log-linear', steps: null, objective: 'bound' })
    expect(again.vocabulary.tokenizer.decode(again.vocabulary.tokenizer.encode('the mat'))).toBe('the mat')
    expect(() => modelOf(folder)).toThrow(/a model of tokens \(verse\)/)
  })
})

describe('by default', () => {
  test.each([
    ['masks in continuous time', { kernel: 'absorbing' }, true],
    ['masks in steps', { kernel: 'absorbing', steps: 10 }, true],
    ['uniform noise', { kernel: 'uniform', steps: 10 }, false],
  ] as const)(
    'under %s a denoiser is asked again only where it can say something else',
    async (_, process, timeless) => {
      const { events } = await collect({
        spec: defaultTokenSpec(corpus, { ...tiny, process, optimizer: { rate: 1e-2, warmup: 1, ema: 0.5 } }),
        dataset: corpus,
      })
      const model = events.flatMap((event) => (event.type === 'checkpoint' ? [event.model] : [])).at(-1)!
      using denoiser = await categoricalDenoiser(model, engine, { batch: 1, threads: 1 })
      expect(denoiser.timeless).toBe(timeless)
      const tokens = Int32Array.from({ length: 16 }, (_, place) => place % corpus.categories)
      if (timeless) tokens.fill(corpus.categories, 4, 9)
      const [early, late] = [Array.from(await denoiser.logits(tokens, 0.3, 1)), await denoiser.logits(tokens, 0.8, 1)]
      const difference = early.reduce((most, each, i) => Math.max(most, Math.abs(each - late[i]!) || 0), 0)
      if (timeless) expect(difference).toBe(0)
      else expect(difference).toBeGreaterThan(0.01)
    },
  )
})

describe('refused before anything is compiled', () => {
  const refused = (options: Omit<TrainOptions, 'engine'>, message: RegExp) =>
    expect(collect(options)).rejects.toThrow(message)

  test('tokens for Gaussian noise, and values for a process', async () => {
    const moons = builtinDataset('moons', { length: 50 })
    const values = defaultSpec({ ...moons, classes: 2 }, { batch: 8 })
    await refused({ spec: values, dataset: corpus }, /verse: tokens are trained by a discrete process/)
    await refused({ spec: defaultTokenSpec(corpus, tiny), dataset: moons }, /moons: values are trained by Gaussian/)
  })
  test('a network of another vocabulary', () =>
    refused(
      { spec: defaultTokenSpec(corpus, tiny), dataset: corpusOf(`${verse}!`) },
      /12 categories in 13 states; .* 11/,
    ))
  test('windows of another length', () =>
    refused({ spec: defaultTokenSpec(corpus, tiny), dataset: corpusOf(verse, 8) }, /items are \[8\], .* takes \[16\]/))
  test('a network that knows no tokens', () => {
    const network = { className: 'MLP', config: { input_shape: [16] } }
    return refused({ spec: defaultTokenSpec(corpus, { ...tiny, network }), dataset: corpus }, /MLP is none/)
  })
  test('a batch larger than a data set of maps', () => {
    const maps = mapsDataset({ length: 5 })
    return refused({ spec: { ...defaultTokenSpec(corpus, tiny), batch: 8 }, dataset: maps }, /batch of 8 .* 5 items/)
  })
})
