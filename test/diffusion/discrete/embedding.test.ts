/** Embeddings: rounding and clamping against plain arithmetic, the loss against its formula and against differences. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diracDenoiser } from '../../../src/diffusion/denoise/dirac.ts'
import {
  allowedTokens,
  barrier,
  clamped,
  embeddingFeeds,
  embeddingLoss,
  embeddingTable,
  embedTokens,
  fillEmbedding,
  logAllowed,
  meets,
  requireAmong,
  requireLength,
  requireTokens,
  roundingGraph,
  roundingLogits,
  roundTokens,
} from '../../../src/diffusion/discrete/index.ts'
import { add, gradients, input, mul, reshape, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import type { EmbeddingNetwork } from '../../../src/engine/nn/embedding-transformer.ts'
import { ones, Scope } from '../../../src/engine/nn/parameters.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { sqrtSchedule } from '../../../src/diffusion/noise/sqrt.ts'
import { vpSchedule } from '../../../src/diffusion/noise/vp.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const [tokens, features, length] = [5, 3, 4]
const table = embeddingTable(normal(key('table'), new Float32Array(tokens * features)), tokens)
const sequence = [3, 0, 4, 4]

describe('rounding', () => {
  it('finds tokens again in their embeddings, and in what is near', () => {
    const x = embedTokens(table, sequence)
    expect(Array.from(x.subarray(3, 6))).toEqual(Array.from(table.vectors.subarray(0, 3)))
    expect([...roundTokens(table, x)]).toEqual(sequence)
    const near = x.map((value, i) => value + 0.02 * Math.sin(i))
    expect([...roundTokens(table, near)]).toEqual(sequence)
  })

  it('is the nearest embedding and the most likely token, whatever the lengths of the embeddings', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 3, maxLength: 3 }), (point) => {
        const x = Float64Array.from(point)
        const distances = Array.from({ length: tokens }, (_, k) =>
          Math.hypot(...point.map((value, i) => value - table.vectors[k * features + i]!)),
        )
        const logits = [...roundingLogits(table, x)]
        const token = roundTokens(table, x)[0]!
        expect(distances[token]).toBeCloseTo(Math.min(...distances), 6)
        expect(logits[token]).toBe(Math.max(...logits))
        // N(x; e_k, I), normalised over k
        const weights = distances.map((each) => Math.exp(-(each ** 2) / 2))
        const total = weights.reduce((sum, each) => sum + each, 0)
        logits.forEach((logit, k) => expect(Math.exp(logit)).toBeCloseTo(weights[k]! / total, 6))
      }),
    )
  })

  it('is the same as a graph, up to what all tokens share', () => {
    const x = normal(key('x'), new Float32Array(length * features))
    const logits = roundingGraph(input('x', [1, length, features]), input('table', [tokens, features]))
    const [graph] = evaluate([logits], { x, table: table.vectors })
    const host = roundingLogits(table, x)
    for (let at = 0; at < host.length; at++) {
      const first = at - (at % tokens)
      expect(graph!.data[at]! - graph!.data[first]!).toBeCloseTo(host[at]! - host[first]!, 5)
    }
  })

  it('needs whole embeddings', () => {
    expect(() => embeddingTable(new Float32Array(7), 5)).toThrow('7 numbers are no 5 embeddings')
  })
})

describe('clamping', () => {
  const schedule = cosineSchedule()
  const base = diracDenoiser({
    schedule,
    shape: [2, features],
    points: [...embedTokens(table, [0, 1]), ...embedTokens(table, [2, 3])],
  })
  const x = normal(key('state'), new Float64Array(4 * 2 * features))

  it('makes every mean a sequence of embeddings: the nearest', async () => {
    const mean = base.denoise(x, 0.6)
    const clean = await clamped(base, table).denoise(x, 0.6)
    const rounded = roundTokens(table, mean as Float64Array)
    expect(Array.from(clean)).toEqual(Array.from(embedTokens(table, rounded)))
    expect(Array.from(clean)).not.toEqual(Array.from(mean as Float64Array))
  })

  it('is idempotent, and a projection of the same denoiser', async () => {
    const once = clamped(base, table)
    const twice = clamped(once, table)
    expect(Array.from(await twice.denoise(x, 0.4))).toEqual(Array.from(await once.denoise(x, 0.4)))
    expect(twice.projection!.base).toBe(base)
  })

  it('needs embeddings as wide as the items', () => {
    expect(() => clamped(base, embeddingTable(new Float32Array(10), 5))).toThrow('embeddings have 2 features')
  })
})

describe('requirements', () => {
  it('say what is allowed; what several say must all hold', () => {
    const allowed = allowedTokens([...requireTokens([1, 2], 1), ...requireAmong([0, 1], [0, 1])], 3, 3)
    expect([...allowed]).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 1])
    expect(meets(allowed, Int32Array.from([0, 1, 2, 2, 1, 2, 0, 1, 1]), 3)).toEqual([true, false, false])
  })

  it('can be a length: padding from there on, and not before', () => {
    const allowed = allowedTokens(requireLength(2, { places: 4, padding: 0, tokens: 3 }), 4, 3)
    const texts = [1, 2, 0, 0, 1, 0, 0, 0, 1, 2, 1, 0]
    expect(meets(allowed, Int32Array.from(texts), 4)).toEqual([true, false, false])
  })

  it('cannot contradict each other, or be of what there is not', () => {
    expect(() => allowedTokens(requireTokens([0, 1], 3), 4, 3)).toThrow('place 4')
    expect(() => allowedTokens(requireTokens([3], 0), 4, 3)).toThrow('token 3')
    const both = [...requireTokens([0], 2), ...requireTokens([1], 2)]
    expect(() => allowedTokens(both, 4, 3)).toThrow('at place 2 no token is allowed')
  })

  it('are as likely as the sums of what is allowed', () => {
    const logits = normal(key('logits'), new Float32Array(2 * 2 * 3))
    const allowed = allowedTokens(requireAmong([0, 2], [1]), 2, 3)
    const [graph] = evaluate([logAllowed(input('logits', [2, 2, 3]), input('barred', [2, 3]))], {
      logits,
      barred: allowed.map((share) => barrier * (1 - share)),
    })
    for (let item = 0; item < 2; item++) {
      const row = [...logits.subarray(item * 6 + 3, item * 6 + 6)].map(Math.exp)
      expect(graph!.data[item]).toBeCloseTo(Math.log((row[0]! + row[2]!) / (row[0]! + row[1]! + row[2]!)), 5)
    }
  })
})

/** x̂₀ = w x + t/1000, over a table that is a parameter: every term of its loss can be written down. */
const network: EmbeddingNetwork = {
  className: 'Test',
  config: {},
  inputShape: [length, features],
  outputShape: [length, features],
  conditions: {},
  vocabulary: { tokens, features },
  table: (scope) => scope.parameter('table', [tokens, features], ones),
  build: (scope, { x, t }): Tensor =>
    add(mul(x, scope.parameter('w', [1], ones)), mul(reshape(t, [t.shape[0]!, 1, 1]), 1e-3)),
}

describe.each([sqrtSchedule(), vpSchedule({ betaMax: 3 })])('the loss on $name', (schedule) => {
  const batch = 3
  const items = [sequence, [1, 1, 2, 0], [0, 1, 2, 3]]
  const times = [0.1, 0.5, 0.9]
  const feeds = embeddingFeeds(network, batch)
  ;(feeds.tokens as Int32Array).set(items.flat())
  fillEmbedding(schedule, feeds, times, key('noise'))
  const { loss, itemLoss } = embeddingLoss(network, new Scope(), batch, schedule)
  const w = 0.7
  const all = { ...feeds, table: Float64Array.from(table.vectors), w: [w] }

  it('is denoising, what is left at the end, and rounding', () => {
    const [graph] = evaluate([itemLoss], all)
    items.forEach((item, n) => {
      const clean = embedTokens(table, item)
      const epsilon = (feeds.epsilon as Float32Array).subarray(n * clean.length, (n + 1) * clean.length)
      const at = (t: number) => clean.map((value, i) => schedule.alpha(t) * value + schedule.sigma(t) * epsilon[i]!)
      const meanSquare = (x: Float32Array) => x.reduce((sum, value) => sum + value ** 2 / x.length, 0)
      const error = meanSquare(at(times[n]!).map((value, i) => w * value + times[n]! - clean[i]!))
      const prior = meanSquare(clean.map((value) => schedule.alpha(1) * value))
      const logits = roundingLogits(table, at(0))
      const rounding = item.reduce((sum, token, place) => sum - logits[place * tokens + token]! / length, 0)
      expect(graph!.data[n]).toBeCloseTo(error + prior + rounding, 4)
    })
    const [mean] = evaluate([loss], all)
    expect(mean!.data[0]).toBeCloseTo(
      [...graph!.data].reduce((sum, each) => sum + each / batch, 0),
      6,
    )
  })

  it('has the gradient of its differences, in the table too', () => {
    const parameters = [input('table', [tokens, features]), input('w', [1])] as const
    const scope = new Scope()
    const graph = embeddingLoss(
      {
        ...network,
        table: () => parameters[0],
        build: (_, { x, t }) => add(mul(x, parameters[1]), mul(reshape(t, [batch, 1, 1]), 1e-3)),
      },
      scope,
      batch,
      schedule,
    )
    const [inTable, inW] = evaluate(gradients(graph.loss, parameters), all)
    const lossAt = (change: Partial<typeof all>) => evaluate([graph.loss], { ...all, ...change })[0]!.data[0]!
    const step = 0.01
    for (let i = 0; i < tokens * features; i++) {
      const moved = (by: number) => lossAt({ table: all.table.map((value, k) => value + (k === i ? by : 0)) })
      expect((moved(step) - moved(-step)) / (2 * step)).toBeCloseTo(inTable!.data[i]!, 3)
    }
    expect((lossAt({ w: [w + step] }) - lossAt({ w: [w - step] })) / (2 * step)).toBeCloseTo(inW!.data[0]!, 3)
  })
})

it('without rounding all embeddings would fall into one place: there the other terms are least', () => {
  const schedule = sqrtSchedule()
  const feeds = embeddingFeeds(network, 1)
  ;(feeds.tokens as Int32Array).set(sequence)
  fillEmbedding(schedule, feeds, [0.5], key('noise'))
  const { loss } = embeddingLoss(network, new Scope(), 1, schedule)
  const collapsed = evaluate([loss], { ...feeds, t: [0], table: new Float32Array(tokens * features), w: [0] })
  // nothing but log K is left
  expect(collapsed[0]!.data[0]).toBeCloseTo(Math.log(tokens), 5)
})
