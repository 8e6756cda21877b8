/** Words of a model ↔ parts of its folder. */
import { TweedieError } from '../errors.ts'
import type { Component } from '../files/io/component.ts'
import type { CaptionTokenizer } from '../files/text/caption-tokenizer.ts'
import { textEncoderOf, textEncoderPart } from './text-encoder-part.ts'
import type { TextEncoderWeights } from './text-encoder.ts'
import type { WordEncoder, Words } from './words.ts'

/** How an encoder is used. */
export interface WordEncoderOptions {
  /** The part of the folder: `text_encoder` by default. */
  readonly name?: string | undefined
  readonly skip?: number | undefined
  readonly finalNorm?: boolean | undefined
}

/**
 * An encoder with its tokeniser.
 *
 * @throws TweedieError `model` for a tokeniser that does not fit: tokens that the encoder has no vectors for, or more places
 */
export function wordEncoder(
  { encoder, layout, weights, stored }: TextEncoderWeights,
  tokenizer: CaptionTokenizer,
  { name = 'text_encoder', skip = 0, finalNorm }: WordEncoderOptions = {},
): WordEncoder {
  requireFit(name, encoder, tokenizer)
  return Object.freeze({
    name,
    encoder,
    layout,
    weights,
    ...(stored && { stored }),
    tokenizer,
    skip,
    ...(finalNorm !== undefined && { finalNorm }),
  })
}

/**
 * The encoder of a part of a folder.
 *
 * @param tokenizer that of the folder beside it: `tokenizer/` for `text_encoder/`, `tokenizer_2/` for `text_encoder_2/`
 * @throws TweedieError `model` as `textEncoderOf` and {@link wordEncoder}
 * @example
 * const words = { encoders: [wordEncoderOf(folder.components.get('text_encoder')!, tokenizer)] }
 */
export function wordEncoderOf(
  part: Pick<Component, 'className' | 'config' | 'weights' | 'onnx'>,
  tokenizer: CaptionTokenizer,
  options?: WordEncoderOptions,
): WordEncoder {
  return wordEncoder(textEncoderOf(part), tokenizer, options)
}

/** The parts of all encoders by their names, for a model folder's `components`. Their tokenisers are files beside them. */
export function wordParts({ encoders }: Words): Map<string, Component> {
  return new Map(encoders.map((each) => [each.name, textEncoderPart(each)]))
}

/**
 * The tokens that stand for no words: padding, start and end; for the option `silent_tokens` of a `CaptionEncoder`.
 *
 * @example
 * captionEncoder({ vocab_size: tokenizer.vocabulary, length: tokenizer.length, silent_tokens: silentTokens(tokenizer) })
 */
export function silentTokens({
  padding,
  start,
  end,
}: Pick<CaptionTokenizer, 'padding' | 'start' | 'end'>): readonly number[] {
  return [...new Set([padding, start, end])].filter((token) => token !== undefined)
}

/** The folder of an encoder's tokeniser: `tokenizer` of `text_encoder`, `tokenizer_2` of `text_encoder_2`. */
export function tokenizerFolder(name: string): string {
  return name.replace(/^text_encoder/, 'tokenizer')
}

function requireFit(
  name: string,
  encoder: Pick<WordEncoder['encoder'], 'className' | 'length' | 'vocabulary'>,
  tokenizer: Pick<CaptionTokenizer, 'length' | 'vocabulary'>,
): void {
  const wrong = (what: string, its: number, theirs: number): TweedieError =>
    new TweedieError('model', `${name}: the tokeniser has ${its} ${what}, but the ${encoder.className} has ${theirs}`, {
      hint: `tokeniser and encoder belong to different models: is ${tokenizerFolder(name)} the folder that came with it?`,
    })
  if (tokenizer.vocabulary > encoder.vocabulary) throw wrong('tokens', tokenizer.vocabulary, encoder.vocabulary)
  if (tokenizer.length !== encoder.length) throw wrong('places', tokenizer.length, encoder.length)
}
