/** Training on noisy embeddings: the loss falls, the run goes on to the bit, and what is saved says the text again. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Denoiser } from '../../src/diffusion/denoise/denoiser.ts'
import { mapsDataset } from '../../src/files/data/builtin/maps.ts'
import { createCategorical } from '../../src/files/data/categorical.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { clamped, meets, allowedTokens, requireTokens, roundTokens } from '../../src/diffusion/discrete/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { readModel } from '../../src/app/opened.ts'
import { modelDenoiser } from '../../src/compiled/denoiser.ts'
import {
  embeddingFolderOf,
  type EmbeddingModel,
  embeddingsOf,
  withTextLength,
} from '../../src/families/embeddings/model.ts'
import { generateEmbedded } from '../../src/families/embeddings/generate.ts'
import { modelOf } from '../../src/families/values/model-of.ts'
import { timesOf } from '../../src/diffusion/sample/default-times.ts'
import { textOf } from '../../src/files/show/token-text.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { dpmSolver, sampleFinal } from '../../src/diffusion/sample/index.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'
import { encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import { defaultEmbeddedSpec } from '../../src/families/embeddings/defaults.ts'
import type { EmbeddedTrainSpec } from '../../src/families/embeddings/spec.ts'
import { defaultTokenSpec } from '../../src/families/tokens/defaults.ts'
import { initialParameters } from '../../src/tools/train/state.ts'
import { train, type TrainOptions } from '../../src/app/train.ts'

const verse = 'the cat sat. '.repeat(40)
const tokenizer = characterTokenizer(verse)
const corpus = createCategorical({
  name: 'verse',
  shape: [12],
  categories: tokenizer.size,
  data: tokenizer.encode(verse),
  vocabulary: { kind: 'text', tokenizer },
})
const tiny = { batch: 16, widths: [64], depth: 2 }
const spec = defaultEmbeddedSpec(corpus, {
  ...tiny,
  budget: { steps: 500 },
  optimizer: { rate: 3e-3, warmup: 20, ema: 0.98 },
})

let engine: Engine
let model: EmbeddingModel
let losses: number[]

async function collect(options: Partial<TrainOptions<EmbeddingModel>> & { readonly spec: EmbeddedTrainSpec }) {
  const all: number[] = []
  const checkpoints: Uint8Array[] = []
  let last: EmbeddingModel | undefined
  for await (const event of train({ engine, dataset: corpus, ...options })) {
    if (event.type === 'step') all.push(event.loss)
    if (event.type !== 'checkpoint') continue
    checkpoints.push(encodeCheckpoint(event.checkpoint))
    last = event.model
  }
  return { losses: all, checkpoints: checkpoints.map((bytes) => decodeCheckpoint(bytes)), model: last! }
}

beforeAll(async () => {
  engine = await nodeEngine()
  ;({ losses, model } = await collect({ spec, checkpointEvery: 1000 }))
}, 60_000)

const meanOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each / values.length, 0)

describe('a model of noisy embeddings', () => {
  test('learns: the loss falls far below that of a network that says nothing', () => {
    // at first: nothing is said of embeddings of unit variance
    expect(losses[0]!).toBeGreaterThan(1)
    expect(meanOf(losses.slice(-50))).toBeLessThan(0.5 * losses[0]!)
  })

  test('keeps its embeddings apart', () => {
    const { vectors, tokens, features } = embeddingsOf(model)
    let nearest = Infinity
    for (let a = 0; a < tokens; a++) {
      for (let b = 0; b < a; b++) {
        const apart = Array.from(
          vectors.subarray(a * features, (a + 1) * features),
          (value, i) => value - vectors[b * features + i]!,
        )
        nearest = Math.min(nearest, Math.hypot(...apart))
      }
    }
    // many times the noise of 0.1 in which x₀ lies
    expect(nearest).toBeGreaterThan(1)
  })

  test('says what occurs in the text, by any Gaussian sampler, clamped or not', async () => {
    const batch = 16
    const table = embeddingsOf(model)
    const times = timesOf(model.schedule, 40)
    using network = await modelDenoiser(model, engine, { batch })
    const before = { ...model, weights: initialParameters(spec, model.layout) }
    using untrained = await modelDenoiser(before, engine, { batch })
    const share = async (denoiser: Denoiser): Promise<number> => {
      const x = await sampleFinal(denoiser, { sampler: dpmSolver(), times, batch, seed: 1 })
      const pairs = textOf(model, roundTokens(table, x)).flatMap((text) =>
        Array.from({ length: 11 }, (_, i) => text.slice(i, i + 2)),
      )
      return pairs.filter((pair) => verse.includes(pair)).length / pairs.length
    }
    expect(await share(untrained)).toBeLessThan(0.4)
    expect(await share(network)).toBeGreaterThan(0.55)
    expect(await share(clamped(network, table))).toBeGreaterThan(0.55)
  })

  test('says a word where it is required', async () => {
    const require = requireTokens(tokenizer.encode('sat.'), 3)
    const options = { count: 20, seed: 3, times: timesOf(model.schedule, 50), clamp: true }
    const allowed = allowedTokens(require, 12, tokenizer.size)
    const share = ({ tokens }: { readonly tokens: Int32Array }) =>
      meets(allowed, tokens, 12).filter(Boolean).length / 20
    expect(share(await generateEmbedded(model, engine, options))).toBeLessThan(0.3)
    expect(share(await generateEmbedded(model, engine, { ...options, require }))).toBeGreaterThan(0.85)
  })

  test('is the same in a folder, and at another length', async () => {
    const folder = decodeModelFolder(encodeModelFolder(embeddingFolderOf(model)))
    const again = (await readModel(folder)) as EmbeddingModel
    expect(again.family).toBe('embeddings')
    const options = { count: 2, seed: 7, times: timesOf(model.schedule, 10) }
    const { tokens } = await generateEmbedded(again, engine, options)
    expect([...tokens]).toEqual([...(await generateEmbedded(model, engine, options)).tokens])
    expect((await generateEmbedded(withTextLength(again, 30), engine, options)).tokens).toHaveLength(60)
    expect(() => modelOf(folder)).toThrow('a model of tokens')
  })
})

test('continued from any checkpoint, everything is as if nothing had happened', async () => {
  const short = defaultEmbeddedSpec(corpus, { ...tiny, batch: 8, widths: [32], depth: 1, budget: { steps: 8 } })
  const whole = await collect({ spec: short, checkpointEvery: 3 })
  for (const from of whole.checkpoints.slice(0, 3)) {
    const rest = await collect({ spec: short, checkpointEvery: 3, from: structuredClone(from) })
    expect(rest.losses).toEqual(whole.losses.slice(from.state.step))
    expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
  }
})

describe('refusals', () => {
  const first = async (given: EmbeddedTrainSpec, dataset: TrainOptions['dataset'] = corpus): Promise<unknown> =>
    train({ spec: given, dataset, engine }).next()

  test.each([
    ['values', () => first(spec, builtinDataset('moons', { length: 64 })), 'Gaussian noise, not by a discrete process'],
    [
      'a network without a table',
      () => first({ ...spec, network: defaultTokenSpec(corpus).network }),
      'TokenTransformer does not',
    ],
    [
      'another vocabulary',
      () => first({ ...spec, network: { ...spec.network, config: { ...spec.network.config, vocab_size: 3 } } }),
      'embeddings of 3',
    ],
    [
      'another length',
      () => first({ ...spec, network: { ...spec.network, config: { ...spec.network.config, length: 3 } } }),
      'the network takes [3]',
    ],
    [
      'a noise that there is not',
      () => first({ ...spec, embeddings: { noise: { schedule: 'no' as 'vp' } } }),
      '(a noise schedule) is not built in',
    ],
  ])('%s', async (_, attempt, message) => {
    await expect(attempt()).rejects.toThrow(message)
  })

  test('maps are no sequences', () => {
    expect(() => defaultEmbeddedSpec(mapsDataset({ length: 4 }))).toThrow('for text and other sequences')
  })
})
