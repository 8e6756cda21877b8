/** The bound of noisy embeddings against entropies that are known, whatever the schedule and the embeddings. */
import { describe, expect, test } from 'vitest'
import { createCategorical } from '../../../src/files/data/categorical.ts'
import type { Denoiser } from '../../../src/diffusion/denoise/denoiser.ts'
import { type EmbeddingTable, embeddingTable, roundingLogits } from '../../../src/diffusion/discrete/index.ts'
import { embeddingBound, roundingTime } from '../../../src/tools/eval/embedding-bound.ts'
import { embeddedBound } from '../../../src/tools/eval/text-report.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import type { Schedule } from '../../../src/diffusion/noise/schedule.ts'
import { sqrtSchedule } from '../../../src/diffusion/noise/sqrt.ts'
import { integers, key, normal } from '../../../src/engine/random/index.ts'
import { characterTokenizer } from '../../../src/files/text/index.ts'

const [kinds, features, length] = [5, 4, 6]
const table = embeddingTable(normal(key('table'), new Float64Array(kinds * features)), kinds)
/** The shares of tokens, drawn independently. */
const shares = [0.5, 0.25, 0.125, 0.0625, 0.0625]
const entropy = -shares.reduce((sum, p) => sum + p * Math.log(p), 0)
const tokens = Int32Array.from(
  integers(key('tokens'), 250 * length, 0, 16),
  (i) => [0, 8, 12, 14, 15, 16].findIndex((from) => i < from) - 1,
)

/** E[EMB(w) | x_t] where all tokens are independent: exact, by Bayes' rule. */
function exact(schedule: Schedule, { vectors }: EmbeddingTable = table): Denoiser {
  return {
    schedule,
    shape: [length, features],
    denoise(x, t) {
      const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
      const scaled = embeddingTable(
        vectors.map((value) => (alpha / sigma) * value),
        kinds,
      )
      const logits = roundingLogits(
        scaled,
        x.map((value) => value / sigma),
      )
      const mean = new Float64Array(x.length)
      for (let place = 0; place < x.length / features; place++) {
        const weights = shares.map((share, k) => share * Math.exp(logits[place * kinds + k]!))
        const total = weights.reduce((a, b) => a + b)
        for (let i = 0; i < features; i++) {
          mean[place * features + i] = weights.reduce((sum, w, k) => sum + (w / total) * vectors[k * features + i]!, 0)
        }
      }
      return mean
    },
  }
}

/** Nats a token, and its standard error over items. */
async function natsOf(denoiser: Denoiser, options: Parameters<typeof embeddingBound>[3]) {
  const { total } = await embeddingBound(denoiser, table, tokens, options)
  const each = [...total].map((nats) => nats / length)
  const mean = each.reduce((a, b) => a + b) / each.length
  const spread = each.reduce((sum, nats) => sum + (nats - mean) ** 2, 0) / (each.length - 1)
  return { mean, error: Math.sqrt(spread / each.length) }
}

describe.each([sqrtSchedule(), cosineSchedule()])('on $name', (schedule) => {
  const from = roundingTime(schedule, table, tokens.subarray(0, 300))

  test('of the true posterior it is the entropy, in the limit of many steps', async () => {
    const { mean, error } = await natsOf(exact(schedule), { from, steps: 2000, terms: 200 })
    expect(error).toBeLessThan(0.04)
    expect(Math.abs(mean - entropy)).toBeLessThan(3 * error + 0.02)
  })

  test('few steps cost more, and so does a denoiser that knows less', async () => {
    const fine = (await natsOf(exact(schedule), { from, steps: 400, terms: 100 })).mean
    const coarse = (await natsOf(exact(schedule), { from, steps: 8 })).mean
    expect(coarse).toBeGreaterThan(fine + 0.1)
    const guess: Denoiser = { ...exact(schedule), denoise: (x) => x.map(() => 0) }
    expect((await natsOf(guess, { from, steps: 400, terms: 100 })).mean).toBeGreaterThan(fine + 1)
  })

  test('rounding is put where tokens can still be told apart, and costs next to nothing', async () => {
    expect(from).toBeGreaterThan(0)
    expect(from).toBeLessThan(0.5)
    const { decoder, prior, transitions, total } = await embeddingBound(exact(schedule), table, tokens, {
      from,
      steps: 4,
    })
    const rounding = decoder.reduce((a, b) => a + b) / tokens.length
    expect(rounding).toBeGreaterThan(0)
    expect(rounding).toBeLessThan(0.03)
    expect(transitions.map(({ weight }) => weight)).toEqual([1, 1, 1, 1])
    expect(total[7]).toBeCloseTo(
      transitions.reduce((sum, { nats }) => sum + nats[7]!, prior[7]! + decoder[7]!),
      10,
    )
  })
})

test('embeddings that lie in one place are told apart at no time: the bound is at least that of a guess', async () => {
  const schedule = sqrtSchedule()
  const alike = embeddingTable(new Float64Array(kinds * features).fill(1), kinds)
  expect(roundingTime(schedule, alike, tokens)).toBe(0)
  const { decoder } = await embeddingBound(exact(schedule, alike), alike, tokens, { from: 0, steps: 2 })
  expect(decoder[0]! / length).toBeCloseTo(Math.log(kinds), 10)
})

test('items do not depend on their batch', async () => {
  const schedule = sqrtSchedule()
  const options = { from: 0.01, steps: 50, terms: 5, seed: 3 }
  const whole = await embeddingBound(exact(schedule), table, tokens.subarray(0, 4 * length), options)
  const part = await embeddingBound(exact(schedule), table, tokens.subarray(2 * length, 4 * length), {
    ...options,
    firstItem: 2,
  })
  expect([...part.total]).toEqual([...whole.total.subarray(2)])
})

test('what makes no sense is refused', async () => {
  const of = (schedule: Schedule, options: Parameters<typeof embeddingBound>[3]) =>
    embeddingBound(exact(schedule), table, tokens, options)
  await expect(of(cosineSchedule(), { from: 0 })).rejects.toThrow('rounding at time 0')
  await expect(of(sqrtSchedule(), { from: 1 })).rejects.toThrow('rounding at time 1')
  await expect(of(sqrtSchedule(), { from: 0, steps: 2.5 })).rejects.toThrow('2.5 steps')
})

test('of a data set: bits a character, with the place of rounding', async () => {
  const tokenizer = characterTokenizer('abcde')
  const data = (values: Int32Array) =>
    createCategorical({
      name: 'letters',
      shape: [length],
      categories: kinds,
      data: values,
      vocabulary: { kind: 'text', tokenizer },
    })
  const denoiser = { ...exact(sqrtSchedule()), batch: 30 }
  const [train, heldOut] = [data(tokens.subarray(0, 600)), data(tokens.subarray(600))]
  const bound = await embeddedBound(denoiser, table, heldOut, { train, items: 90, terms: 60 })
  expect(bound).toMatchObject({ items: 90, terms: 60, steps: 1000 })
  expect(bound.bitsPerCharacter).toEqual(bound.bitsPerToken)
  const { mean, error } = bound.bitsPerToken
  expect(Math.abs(mean - entropy / Math.LN2)).toBeLessThan(3 * error + 0.06)
  expect(bound.parts.decoder).toBeLessThan(0.05)
})
