/** Text as noisy embeddings with self-conditioning: what a told item is told, and that it draws alike in any company. */
import { describe, expect, it } from 'vitest'
import { embeddingFeeds, embeddingLoss, fillEmbedding, requireTokens } from '../../src/diffusion/discrete/index.ts'
import { scheduleOfNoise } from '../../src/diffusion/noise/named.ts'
import { gather, input } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { embeddingTransformer, parametersOf, Scope } from '../../src/engine/nn/index.ts'
import { key } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { generateEmbedded } from '../../src/families/embeddings/generate.ts'
import { embeddedProblem } from '../../src/families/embeddings/problem.ts'
import { specOf } from '../../src/families/embeddings/spec-of.ts'
import { createCategorical } from '../../src/files/data/categorical.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'
import { parameterFeeds, random } from '../engine/nn/run.ts'

const schedule = scheduleOfNoise({ schedule: 'sqrt' })
const network = embeddingTransformer({
  vocab_size: 5,
  length: 4,
  embedding_size: 2,
  hidden_size: 8,
  num_layers: 1,
  num_attention_heads: 2,
  self_conditioning: true,
})
const layout = parametersOf(network)
const weights = parameterFeeds(layout, random('weights', layout.size))

describe('the loss', () => {
  const feeds = embeddingFeeds(network, 4)
  feeds['tokens']!.set(Array.from({ length: 16 }, (_, i) => (3 * i) % 5))
  fillEmbedding(schedule, feeds, [0.2, 0.4, 0.6, 0.8], key(1))
  const part = (from: number, to: number) =>
    Object.fromEntries(
      Object.entries(feeds).map(([name, all]) => [name, all.slice((from * all.length) / 4, (to * all.length) / 4)]),
    )
  const lossOf = (from: number, to: number): number[] => {
    const { itemLoss } = embeddingLoss(network, new Scope(), to - from, schedule)
    return [...evaluate([itemLoss], { ...weights, ...part(from, to) })[0]!.data]
  }

  it('is the same whole and in parts, wherever they begin', () => {
    const whole = lossOf(0, 4)
    const parts = [
      [...lossOf(0, 1), ...lossOf(1, 3), ...lossOf(3, 4)],
      [...lossOf(0, 3), ...lossOf(3, 4)],
    ]
    for (const each of parts) each.forEach((loss, i) => expect(loss).toBeCloseTo(whole[i]!, 5))
  })

  it('of a told item is that of a network that has its answer of before', () => {
    const estimate = (i: number, told: Float32Array) => {
      const scope = new Scope()
      const [alpha, sigma] = [feeds['alpha']![i]!, feeds['sigma']![i]!]
      const clean = gather(network.table(scope), input('tokens', [1, 4], 'int32'))
      const points = evaluate([clean], { ...weights, tokens: feeds['tokens']!.slice(4 * i, 4 * i + 4) })[0]!.data
      const noise = feeds['epsilon']!.slice(8 * i, 8 * i + 8)
      const x = Float32Array.from(points, (value, k) => alpha * value + sigma * noise[k]!)
      const y = network.build(scope, {
        x: input('x', [1, 4, 2]),
        t: input('t', [1]),
        conditions: { estimate: input('estimate', [1, 4, 3]) },
      })
      const one = { x, t: feeds['t']!.slice(i, i + 1) as Float32Array, estimate: told }
      const answer = evaluate([y], { ...weights, ...one })[0]!.data
      return { answer, error: Array.from(answer, (value, k) => (value - points[k]!) ** 2).reduce((a, b) => a + b) / 8 }
    }
    const nothing = new Float32Array(12)
    const asTold = (i: number): Float32Array => {
      const { answer } = estimate(i, nothing)
      return Float32Array.from({ length: 12 }, (_, k) => (k % 3 === 2 ? 1 : answer[2 * Math.floor(k / 3) + (k % 3)]!))
    }
    // the rest of an item's loss does not depend on what is told
    const plain = embeddingTransformer({ ...(network.config as { vocab_size: number }), self_conditioning: false })
    const { itemLoss } = embeddingLoss(plain, new Scope(), 4, schedule)
    const untold = evaluate([itemLoss], { ...weights, ...feeds })[0]!.data
    lossOf(0, 4).forEach((loss, i) => {
      const change = estimate(i, i % 2 === 1 ? asTold(i) : nothing).error - estimate(i, nothing).error
      if (i % 2 === 1) expect(Math.abs(change)).toBeGreaterThan(1e-4)
      expect(Math.abs(loss - untold[i]! - change)).toBeLessThan(1e-5 * (1 + Math.abs(change)))
    })
  })
})

const verse = 'the cat sat. '.repeat(10)
const tokenizer = characterTokenizer(verse)
const corpus = createCategorical({
  name: 'verse',
  shape: [6],
  categories: tokenizer.size,
  data: tokenizer.encode(verse.slice(0, 120)),
  vocabulary: { kind: 'text', tokenizer },
})
const options = { steps: 2, batch: 4, widths: [16], depth: 1, selfConditioning: true }

describe('a model', async () => {
  const spec = specOf(corpus, options, {})
  const problem = embeddedProblem(spec, corpus)
  const { size } = parametersOf(embeddingTransformer(spec.network.config as { vocab_size: number }))
  const model = await problem.snapshot({ step: 2, average: random('model', size) } as never)
  const engine = await nodeEngine()
  const draw = async (more: object) =>
    (await generateEmbedded(model, engine, { count: 4, times: [1, 0.7, 0.4, 0.1], seed: 2, ...more })).tokens

  it('draws the same alone, in company and again', async () => {
    const all = await draw({})
    expect(await draw({})).toEqual(all)
    expect(await draw({ batch: 1 })).toEqual(all)
    expect(await draw({ batch: 3, clamp: true })).toEqual(await draw({ clamp: true }))
  })

  it('takes requirements', async () => {
    const tokens = await draw({ clamp: true, require: requireTokens(tokenizer.encode('s'), 2) })
    expect(tokens).toHaveLength(24)
  })

  it('says so in the configuration of its network', () => {
    expect(model.network.config).toMatchObject({ self_conditioning: true })
    expect(Object.keys(model.network.conditions)).toEqual(['estimate'])
  })
})

it('refuses networks of another class', () => {
  const network = { className: 'DiT', config: {} }
  const { widths: _, depth: __, ...rest } = options
  expect(() => specOf(corpus, { ...rest, network }, {})).toThrow(/EmbeddingTransformer/)
})
