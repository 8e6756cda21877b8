/** The text encoder of our own: what is silent changes nothing, and an empty caption is nothing. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { input, mul, sum } from '../../../src/engine/graph/index.ts'
import { gradients } from '../../../src/engine/graph/gradients.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { captionEncoder } from '../../../src/engine/nn/caption-encoder.ts'
import { Scope } from '../../../src/engine/nn/index.ts'
import { textEncoderFromConfig } from '../../../src/engine/nn/text-encoder-registry.ts'
import { textEncoderParameters } from '../../../src/engine/nn/text-encoder.ts'
import { distance, parameterFeeds, random } from './run.ts'

const encoder = captionEncoder({
  vocab_size: 9,
  length: 5,
  hidden_size: 6,
  num_layers: 2,
  num_attention_heads: 2,
  mlp_ratio: 2,
  silent_tokens: [0, 8],
  pooled: true,
})
const layout = textEncoderParameters(encoder)
const flat = random('captions', layout.size).map((value) => value * 0.5)
const feeds = parameterFeeds(layout, flat)

const encode = (tokens: readonly number[], options = {}) => {
  const { hidden, pooled } = encoder.encode(new Scope(), input('tokens', [tokens.length / 5, 5], 'int32'), options)
  const [h, p] = evaluate([hidden, pooled!], { ...feeds, tokens: Int32Array.from(tokens) })
  return { hidden: Float32Array.from(h!.data), pooled: Float32Array.from(p!.data) }
}

test('its output says where words are, and is zero elsewhere', () => {
  const { hidden, pooled } = encode([3, 0, 5, 8, 0])
  expect([encoder.width, encoder.pooledWidth]).toEqual([7, 7])
  const rows = Array.from({ length: 5 }, (_, place) => [...hidden.subarray(7 * place, 7 * place + 7)])
  expect(rows.map((row) => row[6])).toEqual([1, 0, 1, 0, 0])
  for (const place of [1, 3, 4]) expect(rows[place]!.every((value) => value === 0)).toBe(true)
  const means = Array.from({ length: 7 }, (_, i) => (rows[0]![i]! + rows[2]![i]!) / 2)
  expect(distance(pooled, means)).toBeLessThan(1e-6)
})

test('an empty caption is all zeros', () => {
  const { hidden, pooled } = encode([0, 8, 0, 0, 8])
  expect([...hidden, ...pooled].every((value) => value === 0)).toBe(true)
})

test('what a silent place holds changes nothing, and what a word is changes every word', () => {
  const place = fc.integer({ min: 1, max: 7 })
  const silent = fc.constantFrom(0, 8)
  fc.assert(
    fc.property(
      fc.array(place, { minLength: 5, maxLength: 5 }),
      fc.subarray([0, 1, 2, 3, 4]),
      silent,
      (words, at, other) => {
        const tokens = words.map((word, i) => (at.includes(i) ? 0 : word))
        const same = words.map((word, i) => (at.includes(i) ? other : word))
        expect(distance(encode(same).hidden, encode(tokens).hidden)).toBe(0)
      },
    ),
    { numRuns: 30 },
  )
  const [before, after] = [encode([1, 2, 3, 0, 0]).hidden, encode([1, 2, 4, 0, 0]).hidden]
  for (const i of [0, 1, 2]) {
    expect(distance(after.subarray(7 * i, 7 * i + 7), before.subarray(7 * i, 7 * i + 7))).toBeGreaterThan(1e-3)
  }
})

test('words see one another in both directions, and their order counts', () => {
  const [one, other] = [encode([1, 2, 0, 0, 0]), encode([2, 1, 0, 0, 0])]
  expect(distance(one.pooled, other.pooled)).toBeGreaterThan(1e-3)
})

test('its gradient is that of finite differences', () => {
  const scope = new Scope()
  const { hidden, pooled } = encoder.encode(scope, input('tokens', [2, 5], 'int32'))
  const loss = sum(mul(hidden, input('w', [2, 5, 7])))
  const total = mul(loss, sum(pooled!))
  const names = ['token_embedding.weight', 'blocks.0.attention.to_q.weight', 'blocks.1.mlp.linear_1.bias']
  const inputs = names.map((name) =>
    scope.parameter(name, layout.specs.find((spec) => spec.name === name)!.shape, { kind: 'zeros' }),
  )
  const given = { ...feeds, tokens: Int32Array.of(3, 0, 5, 8, 1, 0, 0, 0, 0, 0), w: random('w', 70) }
  const found = evaluate([...gradients(total, inputs)], given)
  const at = (name: string, i: number, by: number): number => {
    const moved = Float64Array.from(feeds[name]!)
    moved[i]! += by
    return evaluate([total], { ...given, [name]: moved as unknown as Float32Array })[0]!.data[0]!
  }
  names.forEach((name, n) => {
    const d = found[n]!.data
    const i = Array.from(d).reduce((best, value, j) => (Math.abs(value) > Math.abs(d[best]!) ? j : best), 0)
    const h = 1e-3
    expect((at(name, i, h) - at(name, i, -h)) / (2 * h) / d[i]!).toBeCloseTo(1, 2)
  })
})

test('layers and the last norm are left out where that is asked for', () => {
  const tokens = [3, 4, 5, 0, 0]
  const { hidden, pooled } = encode(tokens)
  const skipped = encode(tokens, { skip: 1 })
  expect(distance(skipped.hidden, hidden)).toBeGreaterThan(1e-3)
  expect(skipped.pooled).toEqual(pooled)
  const raw = encode(tokens, { finalNorm: false }).hidden
  // the norm, by hand
  const row = Array.from(raw.subarray(0, 6))
  const mean = row.reduce((a, b) => a + b) / 6
  const scale = 1 / Math.sqrt(row.reduce((all, x) => all + (x - mean) ** 2, 0) / 6 + 1e-5)
  const [gamma, beta] = ['weight', 'bias'].map((kind) => layout.view(flat, `final_norm.${kind}`))
  expect(
    distance(
      row.map((x, i) => (x - mean) * scale * gamma![i]! + beta![i]!),
      hidden.subarray(0, 6),
    ),
  ).toBeLessThan(1e-5)
  expect(() => encode(tokens, { skip: 2 })).toThrow('skip 2 of 2 layers')
})

test('activations are dropped where that is asked for', () => {
  const dropping = captionEncoder({ vocab_size: 9, length: 5, hidden_size: 6, num_attention_heads: 1, dropout: 0.1 })
  const dropped: number[] = []
  const dropout = <T>(x: T, rate: number): T => {
    dropped.push(rate)
    return x
  }
  dropping.encode(new Scope(), input('tokens', [1, 5], 'int32'), { dropout })
  expect(dropped).toEqual([0.1, 0.1, 0.1, 0.1, 0.1])
})

describe('the registry', () => {
  test('makes an encoder again', () => {
    expect(textEncoderFromConfig(encoder.className, encoder.config).config).toEqual(encoder.config)
    expect(() => textEncoderFromConfig('T5EncoderModel', {})).toThrow(
      'text encoder T5EncoderModel: expected one of CaptionEncoder, CLIPTextModel, CLIPTextModelWithProjection',
    )
  })

  test.each([
    [{}, /vocab_size is null/],
    [{ vocab_size: 9, hidden_size: 6 }, /hidden_size is 6, expected a multiple of num_attention_heads = 4/],
    [{ vocab_size: 9, silent_tokens: [9] }, /silent_tokens is \[9\], expected tokens below vocab_size = 9/],
    [{ vocab_size: 9, silent_tokens: 'none' }, /silent_tokens is "none"/],
    [{ vocab_size: 9, layers: 2 }, /unknown option layers/],
  ])('%o is refused', (config, message) => {
    expect(() => textEncoderFromConfig('CaptionEncoder', config)).toThrow(message)
  })
})
