/** Captions in training: a text encoder as a part of what is trained, its graph, and the tokens of a batch. */
import { contextName, type WordEncoder, type Words } from '../../compiled/words.ts'
import { input, type Tensor } from '../../engine/graph/index.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { Dropout, Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { type TextEncoder, textEncoderParameters } from '../../engine/nn/text-encoder.ts'
import { textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import { fold, type Key, uniform } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { captionTokens, type CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { captionDrawer } from '../../tools/train/caption-draws.ts'
import { partScope, type TrainPart, type TrainParts } from '../../tools/train/parts.ts'
import type { CaptionSpec } from './caption-spec.ts'
import { pooledName, requireFitting, textVectors } from './fit.ts'
import { tokenizerOfRun } from './tokenizer-of-run.ts'
import { captionsOf, encoderSum, type WordsData } from './words-data.ts'

/** The name of the text encoder's part, in training and in a model's folder. */
export const encoderPart = 'text_encoder'

/** The tokens of a batch's captions, an input of the loss, `[N, length]`. */
const tokensInput = 'tokens'

/** The items of a step. */
export interface CaptionBatch {
  readonly key: Key
  readonly step: number
  readonly indices: ArrayLike<number>
}

/** What captions add to a training problem. */
export interface LearnedWords {
  /** The text encoder: it learns, or is frozen. */
  readonly part: TrainPart
  readonly tokenizer: CaptionTokenizer
  readonly encoder: TextEncoder
  /** The conditions that it makes: the network's, which are then no inputs of the loss. */
  readonly made: ReadonlySet<string>
  /** These conditions of so many items. */
  conditions(parts: TrainParts, scope: Scope, items: number, dropout: Dropout): Readonly<Record<string, Tensor>>
  /** Arrays for a batch. */
  feeds(batch: number): Readonly<Record<string, Int32Array>>
  /** Fills them, and gives which items are told nothing at all, neither a caption nor another condition. */
  fill(feeds: Readonly<Record<string, Float32Array | Int32Array>>, batch: CaptionBatch): (j: number) => boolean
  /** The words of a model. @param weights of the encoder */
  words(weights: Float32Array): Words
}

/**
 * The captions of a run. A caption is drawn of those that an item has, or left out, which is the empty text.
 *
 * @throws TweedieError `usage` where the data have no captions, `model` where encoder, tokeniser and network do not fit
 */
export function learnedWords(spec: CaptionSpec, network: Network, data: WordsData): LearnedWords {
  const captions = captionsOf(data)
  const encoder = textEncoderFromConfig(spec.encoder.className, spec.encoder.config)
  const layout = textEncoderParameters(encoder)
  const tokenizer = tokenizerOfRun(spec, data, encoder.length)
  requireFitting(network, encoder, tokenizer)
  const part = partOf(spec, layout, data)
  const made = textVectors(network)
  const { keywordDropout, shuffle: keywordShuffle, keepKeywords } = spec
  const draw = captionDrawer(captions, tokenizer, { keywordDropout, keywordShuffle, keepKeywords })
  const empty = captionTokens(tokenizer, []).tokens
  return {
    part,
    tokenizer,
    encoder,
    made: new Set(made),
    conditions(parts, scope, items, dropout) {
      const tokens = input(tokensInput, [items, encoder.length], 'int32')
      const { hidden, pooled } = encoder.encode(partScope(parts, encoderPart, scope), tokens, { dropout })
      return { [contextName]: hidden, ...(made.includes(pooledName) && { [pooledName]: pooled! }) }
    },
    feeds: (batch) => ({ [tokensInput]: new Int32Array(batch * encoder.length) }),
    fill(feeds, { key, step, indices }) {
      const tokens = feeds[tokensInput] as Int32Array
      draw({ key, step, indices }, tokens)
      const left = uniform(fold(key, 'left', step), new Float64Array(indices.length))
      left.forEach((u, j) => u < spec.dropout && tokens.set(empty, j * encoder.length))
      // of captions that are left out, half go alone where there are other conditions: each is learned without the other
      return (j) => left[j]! < spec.dropout / 2
    },
    words: (weights) => ({ encoders: [{ name: encoderPart, encoder, layout, weights, tokenizer, skip: 0 }] }),
  }
}

function partOf({ frozen }: CaptionSpec, layout: Layout, { words }: WordsData): TrainPart {
  if (frozen === undefined) return { layout }
  const given: WordEncoder | undefined = words?.frozen?.encoder
  if (given === undefined) {
    throw new TweedieError('usage', 'the text encoder of this run comes with the prepared data', {
      hint: 'prepareData(spec, data, …) opens it',
    })
  }
  if (encoderSum(given) !== frozen.sum) {
    throw new TweedieError('model', `${frozen.path ?? 'the text encoder'}: not the one that this run began with`, {
      hint: 'it was trained further, or replaced: bring it back, or start a new run',
    })
  }
  return { layout, weights: given.weights, learns: false }
}
