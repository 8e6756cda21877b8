/** Captions in training: text encoders as parts of what is trained, and what they make of a batch. */
import { pooledName } from '../../compiled/prompts/text-condition.ts'
import { flatWeights } from '../../compiled/part-weights.ts'
import type { Words } from '../../compiled/words.ts'
import type { Network } from '../../engine/nn/network.ts'
import { textEncoderParameters } from '../../engine/nn/text-encoder.ts'
import { textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import { fold, uniform } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import type { TrainParts } from '../../tools/train/parts.ts'
import type { LearnedConditions } from '../learned-conditions.ts'
import type { CaptionSpec } from './caption-spec.ts'
import { requireFitting, textVectors } from './fit.ts'
import { type Captioned, readCodes, readTokens } from './reading.ts'
import { tokenizerOfRun } from './tokenizer-of-run.ts'
import { captionsOf, type WordsData, wordsSum } from './words-data.ts'

/** The name of the part of the text encoder, or the first, in training and in a model's folder. */
export const encoderPart = 'text_encoder'

/** What captions add to a training problem. */
export interface LearnedWords extends LearnedConditions {
  /** The text encoders: one that learns, or such that are frozen; none where their vectors were worked out before. */
  readonly parts: TrainParts
  /** The probability with which an encoder that learns drops activations. */
  readonly dropout: number
  /** The words of a model. @param weights those of the encoder, if it learns */
  words(weights: () => Float32Array): Words
}

/**
 * The captions of a run. A caption is drawn of those that an item has, or left out, which is the empty text, or nothing at all where the
 * model has it so.
 *
 * @throws TweedieError `usage` where the data have no captions, `model` where encoders, tokenisers and network do not fit
 */
export function learnedWords(spec: CaptionSpec, network: Network, data: WordsData): LearnedWords {
  const captions = captionsOf(data)
  const given = spec.frozen && givenWords(spec.frozen, data)
  const codes = given && data.words?.codes
  const made = textVectors(network)
  const own = given ? undefined : ownEncoder(spec, data)
  const encoders = given?.encoders ?? [own!]
  requireFitting(network, encoders)
  const read: Captioned = {
    spec,
    captions,
    encoders,
    pooled: made.includes(pooledName),
    emptyIsNothing: given?.emptyIsNothing === true,
  }
  const reading = codes ? readCodes(codes, read) : readTokens(read)
  const frozen = () =>
    (given?.encoders ?? []).map((each) => {
      return [each.name, { layout: each.layout, weights: flatWeights(each), learns: false }] as const
    })
  return {
    parts: codes ? {} : own ? { [own.name]: { layout: own.layout } } : Object.fromEntries(frozen()),
    dropout: Number(spec.encoder.config['dropout'] ?? 0),
    made: new Set(made),
    ...reading,
    fill(feeds, batch) {
      const left = uniform(fold(batch.key, 'left', batch.step), new Float64Array(batch.indices.length))
      reading.read(feeds, batch, (j) => left[j]! < spec.dropout)
      // of captions that are left out, half go alone where there are other conditions: each is learned without the other
      return (j) => left[j]! < spec.dropout / 2
    },
    words: (weights) => given ?? { encoders: [{ ...own!, weights: weights() }] },
  }
}

/** The encoder that learns. */
function ownEncoder(spec: CaptionSpec, data: WordsData) {
  const encoder = textEncoderFromConfig(spec.encoder.className, spec.encoder.config)
  const tokenizer = tokenizerOfRun(spec, data, encoder.length)
  return { name: encoderPart, encoder, layout: textEncoderParameters(encoder), tokenizer, skip: 0 }
}

/** The encoders that a run is of. */
function givenWords({ path, sum }: NonNullable<CaptionSpec['frozen']>, { words }: WordsData): Words {
  const given = words?.frozen?.words
  if (given === undefined) {
    throw new TweedieError('usage', 'the text encoder of this run comes with the prepared data', {
      hint: 'prepareData(spec, data, …) opens it',
    })
  }
  if (wordsSum(given) === sum) return given
  throw new TweedieError('model', `${path ?? 'the text encoder'}: not the one that this run began with`, {
    hint: 'it was trained further, or replaced: bring it back, or start a new run',
  })
}
