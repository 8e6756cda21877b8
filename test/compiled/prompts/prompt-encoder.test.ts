/** Prompts as numbers: weights in closed form, long prompts, several encoders, what is refused. */
import { describe, expect, test } from 'vitest'
import { encodePrompts, promptEncoder } from '../../../src/compiled/prompts/prompt-encoder.ts'
import { promptConditions } from '../../../src/compiled/prompts/text-condition.ts'
import { silentTokens, wordEncoder } from '../../../src/compiled/words-part.ts'
import { captionEncoder } from '../../../src/engine/nn/caption-encoder.ts'
import { clipTextModel, clipTextModelWithProjection } from '../../../src/engine/nn/clip/text-model.ts'
import { contextSpec } from '../../../src/engine/nn/text-context.ts'
import { type TextEncoder, textEncoderParameters } from '../../../src/engine/nn/text-encoder.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { captionTokens } from '../../../src/files/text/caption-tokenizer.ts'
import { wordCaptionTokenizer } from '../../../src/files/text/word-captions.ts'
import { compiledTextEncoder } from '../../../src/compiled/text-encoder.ts'
import { distance, random } from '../../engine/nn/run.ts'

const vocabulary = ['a', 'red', 'blue', 'circle', 'square', 'left', 'of', 'un', 'known']
const tokenizer = wordCaptionTokenizer(vocabulary, 6, { unknown: 'token' })
const weightsOf = (encoder: TextEncoder, name: string) => {
  const layout = textEncoderParameters(encoder)
  return { encoder, layout, weights: random(name, layout.size).map((each) => each * 0.4) }
}
const sizes = {
  vocab_size: 13,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 6,
  eos_token_id: 2,
}
const ours = wordEncoder(
  weightsOf(
    captionEncoder({ vocab_size: 13, length: 6, hidden_size: 8, silent_tokens: silentTokens(tokenizer), pooled: true }),
    'ours',
  ),
  tokenizer,
)
const clip = wordEncoder(weightsOf(clipTextModel({ ...sizes, hidden_size: 4, projection_dim: 4 }), 'clip'), tokenizer, {
  skip: 1,
})
const projected = wordEncoder(
  weightsOf(clipTextModelWithProjection({ ...sizes, hidden_size: 8, projection_dim: 3 }), 'projected'),
  tokenizer,
  { name: 'text_encoder_2', skip: 1, finalNorm: false },
)
const engine = await nodeEngine()
const encode = async (encoders: (typeof ours)[], prompts: (string | null)[], options = {}) =>
  encodePrompts({ encoders }, prompts, engine, options)

/** The vectors of one text by an encoder alone. */
const alone = async (each: typeof ours, text: string) => {
  using encoder = compiledTextEncoder(each, engine, { batch: 1, skip: each.skip, finalNorm: each.finalNorm })
  return await encoder.encode(captionTokens(tokenizer, tokenizer.pieces(text)).tokens)
}

describe('a prompt', () => {
  test('is what its encoder gives', async () => {
    const { prompts, notes } = await encode([clip], ['a red circle'])
    const { hidden, pooled } = await alone(clip, 'a red circle')
    expect(prompts[0]!.values).toEqual(hidden)
    expect(prompts[0]!.pooled).toEqual(pooled)
    expect([...prompts[0]!.flags]).toEqual([1, 1, 1, 1, 1, 1])
    expect(prompts[0]!.places.map((piece) => piece?.text)).toEqual([
      undefined,
      'a',
      'red',
      'circle',
      undefined,
      undefined,
    ])
    expect(notes).toEqual([])
  })

  test('has no flags among its numbers, and says where words are', async () => {
    const { prompts } = await encode([ours], ['a red circle'])
    const { hidden, pooled } = await alone(ours, 'a red circle')
    const rows = Array.from({ length: 6 }, (_, i) => [...hidden.subarray(9 * i, 9 * i + 8)]).flat()
    expect([...prompts[0]!.values]).toEqual(rows)
    expect([...prompts[0]!.flags]).toEqual([0, 1, 1, 1, 0, 0])
    expect(prompts[0]!.pooled).toEqual(pooled!.subarray(0, 8))
  })

  test('that is null is nothing, and so is an empty one behind an encoder with flags', async () => {
    const { prompts } = await encode([ours], [null, ''])
    for (const { values, flags, pooled } of prompts) {
      expect([...values, ...flags, ...pooled!].every((value) => value === 0)).toBe(true)
    }
    const behindClip = (await encode([clip], ['', null])).prompts
    expect(distance(behindClip[0]!.values, behindClip[1]!.values)).toBeGreaterThan(0.1)
  })
})

describe('weights', () => {
  test('leave the words and their numbers', async () => {
    const [plain, weighed] = (await encode([ours], ['a red circle', 'a (red:1.5) [circle]'])).prompts
    const shown = ({ places }: typeof plain & object) => places.map((piece) => piece && [piece.text, piece.word])
    expect(shown(weighed!)).toEqual(shown(plain!))
    expect(shown(plain!)[3]).toEqual(['circle', 2])
  })

  test('move a place away from the empty prompt, and leave the vector of the whole text', async () => {
    const [plain, weighed, empty] = (await encode([clip], ['a red circle', 'a (red:1.5) circle', ''])).prompts
    const wanted = plain!.values.map((value, i) => {
      const weight = Math.floor(i / 4) === 2 ? 1.5 : 1
      return empty!.values[i]! + weight * (value - empty!.values[i]!)
    })
    expect(distance(weighed!.values, wanted)).toBeLessThan(1e-6)
    expect(distance(weighed!.values, plain!.values)).toBeGreaterThan(1e-2)
    expect(weighed!.pooled).toEqual(plain!.pooled)
  })

  test('of 0 leave the empty prompt there, and no word behind an encoder with flags', async () => {
    const [none, empty] = (await encode([clip], ['a (red:0) circle', ''])).prompts
    expect(distance(none!.values.subarray(8, 12), empty!.values.subarray(8, 12))).toBe(0)
    const [gone] = (await encode([ours], ['a (red:0) circle'])).prompts
    expect([...gone!.flags]).toEqual([0, 1, 0, 1, 0, 0])
    expect([...gone!.values.subarray(16, 24)].every((value) => value === 0)).toBe(true)
  })

  test.each(['a (red:1) circle', '((a red circle:0.5):2)', '(a) red circle'])('%s', async (prompt) => {
    const [weighed, plain] = (await encode([clip], [prompt, 'a red circle'])).prompts
    if (prompt.startsWith('(a)')) expect(distance(weighed!.values, plain!.values)).toBeGreaterThan(1e-3)
    else expect(weighed!.values).toEqual(plain!.values)
  })

  test('are text where they are not asked for, and where they are escaped', async () => {
    const [raw] = (await encode([ours], ['a (red:2)'], { weights: false })).prompts
    expect(raw!.places.map((piece) => piece?.text)).toEqual([undefined, 'a', '(', 'red', ':', undefined])
    const [escaped] = (await encode([ours], ['a \\(red\\:2'])).prompts
    expect(escaped!.values).toEqual(raw!.values)
  })
})

describe('a prompt that is too long', () => {
  const long = 'a red circle left of a blue square'

  test('is cut, and says so', async () => {
    const { prompts, notes } = await encode([clip], [long])
    expect(prompts[0]!.values).toEqual((await encode([clip], ['a red circle left'])).prompts[0]!.values)
    expect(notes).toEqual(['the prompt has 8 pieces, the encoder takes 4: "of a blue square" is cut'])
    expect((await encode([clip, projected], [long])).notes).toEqual([
      'text_encoder: the prompt has 8 pieces, the encoder takes 4: "of a blue square" is cut',
      'text_encoder_2: the prompt has 8 pieces, the encoder takes 4: "of a blue square" is cut',
    ])
  })

  test('is read in chunks, as many for every prompt', async () => {
    const { prompts, notes } = await encode([clip], [long, 'a red circle', null], { longPrompts: 'chunks' })
    const parts = (await encode([clip], ['a red circle left', 'of a blue square', 'a red circle', ''])).prompts
    expect(notes).toEqual([])
    expect(prompts.map(({ length }) => length)).toEqual([12, 12, 12])
    expect([...prompts[0]!.values]).toEqual([...parts[0]!.values, ...parts[1]!.values])
    expect([...prompts[1]!.values]).toEqual([...parts[2]!.values, ...parts[3]!.values])
    expect(prompts[0]!.pooled).toEqual(parts[0]!.pooled)
    expect(prompts[0]!.places[7]?.text).toBe('of')
    expect(prompts[0]!.places.map((piece) => piece?.word).filter((word) => word !== undefined)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ])
  })

  test('keeps words whole', async () => {
    // pieces of two to a word
    const pairs = {
      ...tokenizer,
      pieces: (text: string) =>
        tokenizer.pieces(text).map((piece) => ({ ...piece, word: Math.floor((piece.word + 1) / 2) })),
    }
    const each = wordEncoder(clip, pairs)
    const { prompts } = await encode([each], ['a red circle left of blue'], { longPrompts: 'chunks' })
    // words: a | red circle | left of | blue
    expect(
      prompts[0]!.places
        .map((piece) => piece?.text ?? '')
        .join(' ')
        .replaceAll(/ +/g, ' ')
        .trim(),
    ).toBe('a red circle left of blue')
    expect(
      prompts[0]!.places
        .slice(0, 6)
        .filter(Boolean)
        .map((piece) => piece!.text),
    ).toEqual(['a', 'red', 'circle'])
  })
})

test('words that the vocabulary does not hold are named', async () => {
  expect((await encode([ours], ['a green (circle:1.1)', 'a green dog'])).notes).toEqual([
    'not among the words of the captions: "green"',
    'not among the words of the captions: "green", "dog"',
  ])
})

test('several encoders lie side by side, and the last one gives the whole text', async () => {
  const { prompts } = await encode([clip, projected], ['a (red:2) circle'])
  const [first, second] = [
    (await encode([clip], ['a (red:2) circle'])).prompts[0]!,
    (await encode([projected], ['a (red:2) circle'])).prompts[0]!,
  ]
  const rows = Array.from({ length: 6 }, (_, i) => [
    ...first.values.subarray(4 * i, 4 * i + 4),
    ...second.values.subarray(8 * i, 8 * i + 8),
  ])
  expect([...prompts[0]!.values]).toEqual(rows.flat())
  expect(prompts[0]!.pooled).toEqual(second.pooled)
  expect(contextSpec([clip.encoder, projected.encoder])).toEqual({
    kind: 'sequence',
    length: 6,
    size: 12,
    nothing: false,
  })
})

test('encoders are compiled once, and a text is encoded once', async () => {
  using encoder = promptEncoder({ encoders: [clip, projected] }, engine)
  await encoder.encode(['a red circle', 'a red circle', 'a blue circle'])
  expect(encoder.encoded).toBe(4)
  // the empty prompt is encoded for the weight
  const again = await encoder.encode(['a (red:1.2) circle', 'a blue circle'])
  expect(encoder.encoded).toBe(6)
  expect(again.prompts[1]!.values).toEqual((await encode([clip, projected], ['a blue circle'])).prompts[0]!.values)
  encoder.dispose()
  await expect(encoder.encode(['left'])).rejects.toThrow('disposed of')
})

describe('the conditions of a network', () => {
  const spec = contextSpec([ours.encoder])
  const whole = { kind: 'vector', size: 8, nothing: true } as const

  test('take prompts in turn, with flags', async () => {
    const { prompts } = await encode([ours], ['a red circle', 'blue'])
    const made = promptConditions({ context: spec, text_embeds: whole }, prompts, 3)
    const [one, other] = [await alone(ours, 'a red circle'), await alone(ours, 'blue')]
    expect(made['context']).toHaveLength(3 * 54)
    expect(distance([...one.hidden, ...other.hidden, ...one.hidden], made['context']!)).toBe(0)
    expect([...made['text_embeds']!]).toEqual([...one.pooled!, ...other.pooled!, ...one.pooled!])
    const nothing = promptConditions({ context: spec, text_embeds: whole }, (await encode([ours], [''])).prompts, 1)
    expect([...nothing['context']!, ...nothing['text_embeds']!].every((value) => value === 0)).toBe(true)
  })

  test('may have more places than the text, if there is a flag for nothing', async () => {
    const { prompts } = await encode([ours], ['a red circle'])
    const made = promptConditions({ context: { ...spec, length: 8 } }, prompts, 1)['context']!
    expect(made).toHaveLength(8 * 9)
    expect(distance((await alone(ours, 'a red circle')).hidden, made)).toBe(0)
    expect([...made.subarray(54)].every((value) => value === 0)).toBe(true)
  })

  test('that do not fit are refused', async () => {
    const { prompts } = await encode([clip], ['a red circle'])
    const of =
      (context: object, more = {}) =>
      () =>
        promptConditions(
          { context: { kind: 'sequence', length: 6, size: 4, ...context }, ...more } as never,
          prompts,
          1,
        )
    expect(of({})).not.toThrow()
    expect(of({ size: 5 })).toThrow('a place of the text has 4 numbers, the network takes 5')
    expect(of({ length: 7 })).toThrow('the text has 6 places, the network takes 7')
    expect(of({ length: 5, nothing: true })).toThrow('the text has 6 places, the network takes 5')
    expect(of({}, { text_embeds: { kind: 'vector', size: 3 } })).toThrow(
      'the whole text has 4 numbers, the network takes 3',
    )
    expect(() => promptConditions({ labels: { kind: 'class', classes: 3 } }, prompts, 1)).toThrow(
      'the network takes no text',
    )
  })
})

test('an encoder whose weights are kept as they are stored is freed between requests, and gives the same', async () => {
  const stored = new Map(
    Array.from(clip.layout.toMap(clip.weights), ([name, { data }]) => [
      name,
      { stored: 'float32' as const, data, floats: () => data },
    ]),
  )
  using encoder = promptEncoder({ encoders: [{ ...clip, weights: new Float32Array(0), stored }] }, engine)
  const [first, again] = [
    await encoder.encode(['a red circle']),
    await encoder.encode(['a red circle', 'a blue square']),
  ]
  const { prompts } = await encode([clip], ['a red circle', 'a blue square'])
  expect(distance(first.prompts[0]!.values, prompts[0]!.values)).toBeLessThan(1e-5)
  expect(again.prompts[0]!.values).toEqual(first.prompts[0]!.values)
  expect(distance(again.prompts[1]!.values, prompts[1]!.values)).toBeLessThan(1e-5)
  expect(encoder.encoded).toBe(2)
})
