/** Control through rounding and a network, the network being one whose answers are exact: a mixture of embedded sequences. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diracDenoiser } from '../../src/diffusion/denoise/dirac.ts'
import { inputView } from '../../src/diffusion/denoise/input-view.ts'
import { parametrisation } from '../../src/diffusion/denoise/parametrisation.ts'
import {
  allowedTokens,
  embeddingTable,
  embedTokens,
  meets,
  requireAmong,
  requireTokens,
  roundingLogits,
} from '../../src/diffusion/discrete/index.ts'
import { add, constant, div, matmul, mul, neg, reshape, softmax, sqrt } from '../../src/engine/graph/index.ts'
import { type ControlGradient, controlGradient } from '../../src/compiled/control-gradient.ts'
import { type EmbeddingModel, embeddingsOf } from '../../src/families/embeddings/model.ts'
import { generateEmbedded } from '../../src/families/embeddings/generate.ts'
import { timesOf } from '../../src/diffusion/sample/default-times.ts'
import type { EmbeddingNetwork } from '../../src/engine/nn/embedding-transformer.ts'
import { parametersOf } from '../../src/engine/nn/network.ts'
import { sqrtSchedule } from '../../src/diffusion/noise/sqrt.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'

const schedule = sqrtSchedule()
const vectors = Float32Array.of(2, 0.2, -1.5, 1.6, 0.1, -2.2)
const table = embeddingTable(vectors, 3)
const [length, features] = [3, 2]
const sequences = [
  [0, 0, 1],
  [0, 1, 2],
  [1, 1, 0],
  [1, 2, 2],
  [2, 0, 0],
  [2, 2, 1],
]
const points = Float32Array.from(sequences.flatMap((each) => [...embedTokens(table, each)]))
const size = length * features

/** E[x₀ | x_t] = Σ p_k softmax_k((α x·p_k − α² |p_k|²/2)/σ²), with σ⁴ = s + (1 − s) t. */
const exact: EmbeddingNetwork = {
  className: 'Exact',
  config: {},
  inputShape: [length, features],
  outputShape: [length, features],
  conditions: {},
  vocabulary: { tokens: 3, features },
  table: () => constant(vectors, [3, features]),
  build(_, { x, t }) {
    const batch = x.shape[0]!
    const variance = reshape(sqrt(add(mul(t, (1 - 1e-4) / 1000), 1e-4)), [batch, 1])
    const square = add(neg(variance), 1)
    const all = constant(points, [sequences.length, size])
    const lengths = sequences.map((_each, k) =>
      points.subarray(k * size, (k + 1) * size).reduce((sum, value) => sum - value ** 2 / 2, 0),
    )
    const dots = mul(sqrt(square), matmul(reshape(x, [batch, size]), all, { transposeB: true }))
    const logits = add(dots, mul(square, constant(lengths, [1, sequences.length])))
    return reshape(matmul(softmax(div(logits, variance)), all), x.shape)
  },
}
const model = {
  network: exact,
  layout: parametersOf(exact),
  weights: new Float32Array(0),
  schedule,
  view: inputView('time', schedule),
  parametrisation: parametrisation('sample'),
  scheduler: null,
  shape: [length],
  classNames: [],
} as unknown as EmbeddingModel
const truth = diracDenoiser({ schedule, shape: exact.inputShape, points })

/** c: the second token is 1 or 2. */
const required = requireAmong([1, 2], [1])
const allowed = allowedTokens(required, length, 3)
const batch = 6
const noisy = (t: number): Float32Array => {
  const z = normal(key(`at ${t}`), new Float32Array(batch * size))
  return z.map((value, i) => schedule.alpha(t) * points[i]! + schedule.sigma(t) * value)
}

let engine: Engine
let control: ControlGradient
beforeAll(async () => {
  engine = await nodeEngine()
  control = await controlGradient(model, allowed, engine, { batch })
})
afterAll(() => control.dispose())

describe('control by what the mean rounds to', () => {
  it('reads the table of a model', () => {
    expect(Array.from(embeddingsOf(model).vectors)).toEqual(Array.from(vectors))
  })

  it.each([0.05, 0.3, 0.7])('log p(c | x_t) is that of the exact mean, rounded, at t = %d', async (t) => {
    const x = noisy(t)
    const logits = roundingLogits(table, truth.denoise(x, t))
    const said = await control.logProbability(x, t)
    for (let item = 0; item < batch; item++) {
      const at = (token: number) => Math.exp(logits[(item * length + 1) * 3 + token]!)
      expect(said[item]).toBeCloseTo(Math.log(at(1) + at(2)), 4)
    }
  })

  it.each([0.4, 0.6, 0.8])('its gradient is that of differences, at t = %d', async (t) => {
    const x = noisy(t)
    const gradient = (await control.gradient(x, t)).slice()
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.01)
    const step = 0.005
    for (let i = 0; i < size; i++) {
      const moved = async (by: number) =>
        (
          await control.logProbability(
            x.map((value, k) => value + (k % size === i ? by : 0)),
            t,
          )
        ).slice()
      const [up, down] = [await moved(step), await moved(-step)]
      for (let item = 0; item < batch; item++) {
        const slope = (up[item]! - down[item]!) / (2 * step)
        expect(Math.abs(slope - gradient[item * size + i]!)).toBeLessThan(0.01 + 0.02 * Math.abs(slope))
      }
    }
  })

  it('raises the probability of what is required to nearly one, and stays on the sequences of the data', async () => {
    const options = { count: 300, batch: 100, seed: 2, times: timesOf(schedule, 50) }
    const known = new Set(sequences.map(String))
    const shareOf = (tokens: Int32Array) => meets(allowed, tokens, length).filter(Boolean).length / options.count
    const free = await generateEmbedded(model, engine, options)
    const held = await generateEmbedded(model, engine, { ...options, require: required, control: { lambda: 0.1 } })
    // four in six
    expect(Math.abs(shareOf(free.tokens) - 4 / 6)).toBeLessThan(0.09)
    expect(shareOf(held.tokens)).toBeGreaterThan(0.97)
    const drawn = Array.from({ length: 300 }, (_, i) => String([...held.tokens.subarray(3 * i, 3 * i + 3)]))
    expect(drawn.filter((each) => known.has(each)).length).toBeGreaterThan(290)
    // given c, four sequences are equally likely: each is found
    for (const sequence of sequences.filter(([, second]) => second !== 0)) {
      expect(drawn.filter((each) => each === String(sequence)).length).toBeGreaterThan(30)
    }
  })

  it('clamped or not; the same item whatever the batch', async () => {
    const options = { seed: 4, times: timesOf(schedule, 30), require: requireTokens([2, 2], 0) }
    for (const clamp of [false, true]) {
      const { tokens } = await generateEmbedded(model, engine, { ...options, count: 5, batch: 2, clamp })
      const whole = await generateEmbedded(model, engine, { ...options, count: 5, clamp })
      expect([...whole.tokens]).toEqual([...tokens])
      // only one sequence begins so
      expect([...tokens].slice(0, 3)).toEqual([2, 2, 1])
    }
  })

  it('refuses what makes no sense', async () => {
    await expect(controlGradient(model, new Float32Array(4), engine, { batch })).rejects.toThrow('3 tokens at 3 places')
    await expect(generateEmbedded(model, engine, { count: 0 })).rejects.toThrow('number of samples is 0')
    const twice = { count: 1, require: requireTokens([2], 5) }
    await expect(generateEmbedded(model, engine, twice)).rejects.toThrow('place 5')
  })
})
