/** CLIP's text encoder: what transformers computed, its layers left out, its end of a text. */
import { describe, expect, test } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { Scope } from '../../../src/engine/nn/index.ts'
import { clipTextModel, clipTextModelWithProjection } from '../../../src/engine/nn/clip/text-model.ts'
import { textEncoderParameters } from '../../../src/engine/nn/text-encoder.ts'
import { plainLayers, plainNorm, quickGelu } from './plain-clip.ts'
import { distance, parameterFeeds, random } from './run.ts'

const config = {
  vocab_size: 20,
  hidden_size: 8,
  intermediate_size: 12,
  projection_dim: 3,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  max_position_embeddings: 6,
  eos_token_id: 19,
}
const encoder = clipTextModelWithProjection(config)
const layout = textEncoderParameters(encoder)
const flat = random('clip', layout.size).map((value) => value * 0.3)
const feeds = parameterFeeds(layout, flat)

const encode = (tokens: readonly number[], options = {}, of = encoder) => {
  const texts = tokens.length / 6
  const { hidden, pooled } = of.encode(new Scope(), input('tokens', [texts, 6], 'int32'), options)
  const [h, p] = evaluate([hidden, pooled!], { ...feeds, tokens: Int32Array.from(tokens) })
  return { hidden: Float32Array.from(h!.data), pooled: Float32Array.from(p!.data) }
}

/** The tower by loops over plain numbers, in double precision: transformers' `hidden_states`, and the last norm. */
function plain(tokens: readonly number[], act: (x: number) => number) {
  const view = (name: string): Float32Array => layout.view(flat, `text_model.${name}`)
  const first = tokens.map((token, place) =>
    Array.from(
      { length: 8 },
      (_, i) =>
        view('embeddings.token_embedding.weight')[token * 8 + i]! +
        view('embeddings.position_embedding.weight')[place * 8 + i]!,
    ),
  )
  return {
    states: plainLayers(view, first, 3, { act, causal: true }),
    norm: (x: readonly (readonly number[])[]) => x.map((each) => plainNorm(view, 'final_layer_norm', each)),
  }
}

const text = [18, 4, 7, 19, 19, 19]

describe('its arithmetic', () => {
  const quick = plain(text, quickGelu)

  test('is that of loops over plain numbers', () => {
    const { hidden, pooled } = encode(text)
    const last = quick.norm(quick.states[3]!)
    expect(distance(hidden, last.flat())).toBeLessThan(1e-5)
    const projection = layout.view(flat, 'text_projection.weight')
    const projected = [0, 1, 2].map((i) => last[3]!.reduce((sum, x, j) => sum + x * projection[i * 8 + j]!, 0))
    expect(distance(pooled, projected)).toBeLessThan(1e-5)
  })

  test.each([1, 2])('without the last %i layers, with the norm or without it', (skip) => {
    const chosen = quick.states[3 - skip]!
    expect(distance(encode(text, { skip }).hidden, quick.norm(chosen).flat())).toBeLessThan(1e-5)
    expect(distance(encode(text, { skip, finalNorm: false }).hidden, chosen.flat())).toBeLessThan(1e-5)
    expect(encode(text, { skip }).pooled).toEqual(encode(text).pooled)
  })

  test('with the exact GELU', () => {
    const exact = clipTextModelWithProjection({ ...config, hidden_act: 'gelu' })
    // erf by its series: enough for |x| < 3
    const erf = (x: number): number => {
      let [term, sum] = [x, x]
      for (let n = 1; n < 60; n++) {
        term *= (-x * x) / n
        sum += term / (2 * n + 1)
      }
      return (2 / Math.sqrt(Math.PI)) * sum
    }
    const { states, norm } = plain(text, (x) => (x / 2) * (1 + erf(x / Math.SQRT2)))
    const { hidden } = encode(text, {}, exact)
    expect(distance(hidden, norm(states[3]!).flat())).toBeLessThan(1e-5)
    expect(distance(hidden, encode(text).hidden)).toBeGreaterThan(1e-4)
  })
})

test('a place sees those before it, and no other', () => {
  const changed = encode([...text.slice(0, 4), 3, 5]).hidden
  expect(changed.subarray(0, 32)).toEqual(encode(text).hidden.subarray(0, 32))
  expect(distance(changed.subarray(32), encode(text).hidden.subarray(32))).toBeGreaterThan(1e-3)
})

describe('the vector for the whole text', () => {
  const whole = clipTextModel(config)
  const pooled = (tokens: readonly number[], of = whole) => encode(tokens, {}, of)
  const row = ({ hidden }: { hidden: Float32Array }, place: number) => hidden.subarray(8 * place, 8 * place + 8)

  test('is that at the first end', () => {
    const made = pooled([...text, 18, 19, 7, 19, 2, 3])
    expect(distance(made.pooled.subarray(0, 8), row(made, 3))).toBeLessThan(1e-6)
    expect(distance(made.pooled.subarray(8), row(made, 6 + 1))).toBeLessThan(1e-6)
  })

  test('is that of the first place, if there is no end', () => {
    const made = pooled([1, 2, 3, 4, 5, 6])
    expect(distance(made.pooled, row(made, 0))).toBeLessThan(1e-6)
  })

  test('is that of the first greatest token, where the end is called 2', () => {
    const legacy = clipTextModel({ ...config, eos_token_id: 2, bos_token_id: 0 })
    const made = pooled([2, 17, 4, 17, 2, 0], legacy)
    expect(distance(made.pooled, row(made, 1))).toBeLessThan(1e-6)
  })
})

test('it has the names and numbers of the published encoders', () => {
  const large = clipTextModel({
    hidden_size: 768,
    intermediate_size: 3072,
    num_attention_heads: 12,
    projection_dim: 768,
  })
  const perLayer = 4 * (768 * 768 + 768) + 2 * 768 * 3072 + 3072 + 768 + 4 * 768
  const layoutOfLarge = textEncoderParameters(large)
  expect(layoutOfLarge.size).toBe(49_408 * 768 + 77 * 768 + 12 * perLayer + 2 * 768)
  // Stable Diffusion 1.5's: 123 million
  expect(layoutOfLarge.size).toBe(123_060_480)
  expect(layoutOfLarge.specs.map(({ name }) => name).filter((name) => !/layers\.(?!11)/.test(name))).toEqual([
    'text_model.embeddings.token_embedding.weight',
    'text_model.embeddings.position_embedding.weight',
    ...['layer_norm1.weight', 'layer_norm1.bias'].map((each) => `text_model.encoder.layers.11.${each}`),
    ...['k', 'v', 'q', 'out'].flatMap((each) =>
      ['weight', 'bias'].map((kind) => `text_model.encoder.layers.11.self_attn.${each}_proj.${kind}`),
    ),
    ...['layer_norm2', 'mlp.fc1', 'mlp.fc2'].flatMap((each) =>
      ['weight', 'bias'].map((kind) => `text_model.encoder.layers.11.${each}.${kind}`),
    ),
    'text_model.final_layer_norm.weight',
    'text_model.final_layer_norm.bias',
  ])
  expect(layout.specs.at(-1)).toMatchObject({ name: 'text_projection.weight', shape: [3, 8] })
})

test.each([
  [{ hidden_act: 'relu' }, /hidden_act is "relu", expected "gelu" or "quick_gelu"/],
  [{ num_attention_heads: 3 }, /hidden_size is 8, expected a multiple of num_attention_heads = 3/],
  [{ vocab_size: 0 }, /vocab_size is 0/],
  [{ rope_theta: 1e4 }, /unknown option rope_theta/],
])('%o is refused', (wrong, message) => {
  expect(() => clipTextModel({ ...config, ...wrong } as object)).toThrow(message)
})

test('layers that are not there cannot be left out, nor longer texts read', () => {
  expect(() => encode(text, { skip: 3 })).toThrow('skip 3 of 3 layers')
  expect(() => encoder.encode(new Scope(), input('tokens', [1, 7], 'int32'))).toThrow(
    'expected int32 [N, 6] or fewer, got int32 [1, 7]',
  )
})
