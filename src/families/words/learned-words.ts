/** Captions in training: a text encoder as a part of what is trained, its graph, and the tokens of a batch. */
import { pooledName } from '../../compiled/prompts/text-condition.ts'
import { contextName, type WordEncoder, type Words } from '../../compiled/words.ts'
import { input } from '../../engine/graph/index.ts'
import type { Network } from '../../engine/nn/network.ts'
import { type TextEncoder, textEncoderParameters } from '../../engine/nn/text-encoder.ts'
import { textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import { fold, uniform } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { captionTokens, type CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { captionDrawer, drawText } from '../../tools/train/caption-draws.ts'
import { partScope, type TrainPart } from '../../tools/train/parts.ts'
import type { ConditionBatch, LearnedConditions, LearnedFeeds } from '../learned-conditions.ts'
import type { CaptionCodes } from './caption-codes.ts'
import type { CaptionSpec } from './caption-spec.ts'
import { requireFitting, textVectors } from './fit.ts'
import { tokenizerOfRun } from './tokenizer-of-run.ts'
import { captionsOf, encoderSum, type WordsData } from './words-data.ts'

/** The name of the text encoder's part, in training and in a model's folder. */
export const encoderPart = 'text_encoder'

/** The tokens of a batch's captions, an input of the loss, `[N, length]`. */
const tokensInput = 'tokens'

/** What captions add to a training problem. */
export interface LearnedWords extends LearnedConditions {
  /** The text encoder: it learns, or is frozen; none where its vectors were worked out before. */
  readonly part: TrainPart | undefined
  readonly tokenizer: CaptionTokenizer
  readonly encoder: TextEncoder
  /** The words of a model. @param weights those of the encoder, if it learns */
  words(weights: () => Float32Array): Words
}

/**
 * The captions of a run. A caption is drawn of those that an item has, or left out, which is the empty text.
 *
 * @throws TweedieError `usage` where the data have no captions, `model` where encoder, tokeniser and network do not fit
 */
export function learnedWords(spec: CaptionSpec, network: Network, data: WordsData): LearnedWords {
  const captions = captionsOf(data)
  const given = spec.frozen && givenEncoder(spec.frozen, data)
  const encoder = textEncoderFromConfig(spec.encoder.className, spec.encoder.config)
  const layout = textEncoderParameters(encoder)
  const tokenizer = tokenizerOfRun(spec, data, encoder.length)
  requireFitting(network, encoder, tokenizer)
  const codes = given && data.words?.codes
  const reading: Reading = codes
    ? readCodes(codes, captions, encoder)
    : readTokens(spec, captions, tokenizer, encoder, textVectors(network).includes(pooledName))
  const part: TrainPart = given ? { layout, weights: given.weights, learns: false } : { layout }
  return {
    part: codes ? undefined : part,
    tokenizer,
    encoder,
    made: new Set(textVectors(network)),
    ...reading,
    fill(feeds, batch) {
      const left = uniform(fold(batch.key, 'left', batch.step), new Float64Array(batch.indices.length))
      reading.read(feeds, batch, (j) => left[j]! < spec.dropout)
      // of captions that are left out, half go alone where there are other conditions: each is learned without the other
      return (j) => left[j]! < spec.dropout / 2
    },
    words: (weights) => ({
      encoders: [given ?? { name: encoderPart, encoder, layout, weights: weights(), tokenizer, skip: 0 }],
    }),
  }
}

/** How captions get into the graph. */
interface Reading extends Pick<LearnedWords, 'feeds' | 'conditions'> {
  /** Fills the feeds. @param left whether item j has no caption */
  read(feeds: LearnedFeeds, batch: ConditionBatch, left: (j: number) => boolean): void
}

/** As tokens: the encoder is a part of the graph. */
function readTokens(
  { keywordDropout, shuffle: keywordShuffle, keepKeywords, frozen }: CaptionSpec,
  captions: readonly (readonly string[])[],
  tokenizer: CaptionTokenizer,
  encoder: TextEncoder,
  isPooled: boolean,
): Reading {
  const { length } = encoder
  const draw = captionDrawer(captions, tokenizer, { keywordDropout, keywordShuffle, keepKeywords })
  const empty = captionTokens(tokenizer, []).tokens
  return {
    conditions(parts, scope, items, dropout) {
      const tokens = input(tokensInput, [items, length], 'int32')
      const how = frozen ? {} : { dropout }
      const { hidden, pooled } = encoder.encode(partScope(parts, encoderPart, scope), tokens, how)
      return { [contextName]: hidden, ...(isPooled && { [pooledName]: pooled! }) }
    },
    feeds: (batch) => ({ [tokensInput]: new Int32Array(batch * length) }),
    read(feeds, batch, left) {
      const tokens = feeds[tokensInput] as Int32Array
      draw(batch, tokens)
      for (let j = 0; j < batch.indices.length; j++) if (left(j)) tokens.set(empty, j * length)
    },
  }
}

/** As vectors that were worked out before. */
function readCodes(
  codes: CaptionCodes,
  captions: readonly (readonly string[])[],
  { length, width }: TextEncoder,
): Reading {
  return {
    conditions: () => ({}),
    feeds: (batch) => ({ [contextName]: new Float32Array(batch * length * width) }),
    read(feeds, { key, step, indices }, left) {
      const stream = fold(key, 'captions', step)
      for (let j = 0; j < indices.length; j++) {
        const item = indices[j]!
        const text = left(j) ? '' : drawText(captions[item]!, fold(stream, item), {})
        feeds[contextName]!.set(codes.get(text)!, j * length * width)
      }
    },
  }
}

/** The encoder that a run is of. */
function givenEncoder({ path, sum }: NonNullable<CaptionSpec['frozen']>, { words }: WordsData): WordEncoder {
  const given = words?.frozen?.encoder
  if (given === undefined) {
    throw new TweedieError('usage', 'the text encoder of this run comes with the prepared data', {
      hint: 'prepareData(spec, data, …) opens it',
    })
  }
  if (encoderSum(given) === sum) return given
  throw new TweedieError('model', `${path ?? 'the text encoder'}: not the one that this run began with`, {
    hint: 'it was trained further, or replaced: bring it back, or start a new run',
  })
}
