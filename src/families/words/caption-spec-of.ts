/** From data and options to how captions are learned. */
import { TweedieError } from '../../errors.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { captionWords, wordCaptionTokenizer } from '../../files/text/word-captions.ts'
import { firstOf, type OptionValues, type ValuesOf } from '../../options.ts'
import { headsFor } from '../default-network.ts'
import type { CaptionSpec } from './caption-spec.ts'
import { captionOptions } from './options/train.ts'
import { captionsOf, tokenizerSum, wordsSum, type WordsData } from './words-data.ts'

/** The options as they are given. */
export type CaptionValues = ValuesOf<typeof captionOptions>

/** The most places of a caption, unless another number is chosen: CLIP's. */
const mostPlaces = 77

/**
 * How captions are learned, if they are.
 *
 * @throws TweedieError `usage` for options without effect, and data without captions
 */
export function captionSpecOf(data: WordsData, values: CaptionValues): CaptionSpec | undefined {
  const { captions, textEncoder: _, tokenizer: __, ...others } = values
  if (captions !== true) {
    const { captions: ___, ...rest } = captionOptions
    const idle = firstOf(values as OptionValues, rest)
    if (idle === undefined) return undefined
    throw new TweedieError('usage', `\`${idle}\` is for training on captions`, { hint: '`captions` too' })
  }
  const { captionDropout: dropout = 0.1, captionGuidance, keywordDropout, shuffleKeywords, keepKeywords } = others
  if (dropout === 0 && captionGuidance) {
    throw new TweedieError('usage', '`captionGuidance` needs captions that are left out in training', {
      hint: '`captionDropout: 0.1`',
    })
  }
  const tokenizer = data.words?.tokenizer ?? tokenizerOfCaptions(data, others.places)
  const frozen = data.words?.frozen
  const path = data.words?.path
  const [given, ...more] = frozen?.words.encoders ?? []
  return {
    tokenizer: { ...(path !== undefined && { path }), sum: tokenizerSum(tokenizer) },
    encoder: given ? encoderOf(given.encoder, others) : ownEncoder(tokenizer, others),
    ...(more.length > 0 && { others: more.map(({ encoder }) => encoderOf(encoder, others)) }),
    ...(frozen && {
      frozen: {
        ...(frozen.path !== undefined && { path: frozen.path }),
        sum: wordsSum(frozen.words),
        ...(frozen.whole && { whole: true }),
      },
    }),
    dropout,
    ...(keywordDropout !== undefined && { keywordDropout }),
    ...(shuffleKeywords === true && { shuffle: true }),
    ...(keepKeywords !== undefined && { keepKeywords }),
    guidance: dropout === 0 ? 0 : (captionGuidance ?? 3),
  }
}

/** A tokeniser of the words that occur in captions; of captions of others, `others` says what happens to further words. */
export function tokenizerOfCaptions(
  data: WordsData,
  places?: number,
  others: 'refuse' | 'skip' = 'refuse',
): CaptionTokenizer {
  const { words, left, longest } = captionWords(captionsOf(data))
  const length = places ?? Math.min(mostPlaces, longest + 2)
  return wordCaptionTokenizer(words, length, { unknown: left > 0 ? 'token' : others })
}

/** A small encoder that learns along. */
function ownEncoder(
  { vocabulary, length, padding, start, end }: CaptionTokenizer,
  { textWidth: width = 128, textLayers: layers = 2 }: CaptionValues,
): CaptionSpec['encoder'] {
  const silent = [padding, start, end].filter((token) => token !== undefined)
  return {
    className: 'CaptionEncoder',
    config: {
      vocab_size: vocabulary,
      length,
      hidden_size: width,
      num_layers: layers,
      num_attention_heads: headsFor(width),
      silent_tokens: [...new Set(silent)].sort((a, b) => a - b),
    },
  }
}

/** One that stays as it is. */
function encoderOf(
  { className, config }: { readonly className: string; readonly config: Readonly<Record<string, unknown>> },
  values: CaptionValues,
): CaptionSpec['encoder'] {
  const idle = (['textWidth', 'textLayers', 'places'] as const).find((name) => values[name] !== undefined)
  if (idle === undefined) return { className, config }
  throw new TweedieError('usage', `\`${idle}\` is for an encoder that learns along, and \`textEncoder\` names another`)
}
