/** What the small files beside a tokenizer say: `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json`. */
import { TweedieError } from '../../errors.ts'

/** A token by its text, or with options. */
export type NamedToken = string | { readonly content: string } | null | undefined

/** The fields that are read here; others are kept in the file. */
export interface CaptionConfig {
  readonly model_max_length?: number | undefined
  readonly bos_token?: NamedToken
  readonly eos_token?: NamedToken
  readonly unk_token?: NamedToken
  readonly pad_token?: NamedToken
  readonly cls_token?: NamedToken
  readonly sep_token?: NamedToken
  readonly added_tokens_decoder?: Readonly<Record<string, AddedToken>> | undefined
  /** Tokens of `added_tokens.json`, by their text. */
  readonly added_tokens?: Readonly<Record<string, number>> | undefined
  readonly tokenizer_class?: string | undefined
}

/** A token that is found in the text before anything else is. */
export interface AddedToken {
  readonly content: string
  readonly lstrip?: boolean | undefined
  readonly rstrip?: boolean | undefined
  readonly special?: boolean | undefined
}

const specialNames = ['bos_token', 'eos_token', 'unk_token', 'pad_token', 'cls_token', 'sep_token'] as const

/**
 * The three files as one. As `transformers` has it, `special_tokens_map.json` decides over `tokenizer_config.json`, unless that one lists
 * its added tokens itself: then the map is an older copy.
 */
export function captionConfig(config: object, map: object = {}, added: object = {}): CaptionConfig {
  const own = config as CaptionConfig
  const newer = own.added_tokens_decoder !== undefined
  return {
    ...(newer ? { ...map, ...config } : { ...config, ...map }),
    added_tokens: added as Readonly<Record<string, number>>,
  }
}

/** The text of a token. */
export function tokenText(token: NamedToken): string | undefined {
  return (typeof token === 'string' ? token : token?.content) || undefined
}

/** The names of all special tokens that are set. */
export function specialTexts(config: CaptionConfig): readonly string[] {
  return [...new Set(specialNames.flatMap((name) => tokenText(config[name]) ?? []))]
}

/**
 * The places of a caption.
 *
 * @param usual where the files do not say
 * @throws TweedieError `model` where nothing says it
 */
export function captionLength({ model_max_length: length }: CaptionConfig, usual?: number): number {
  // Files without a limit have 10³⁰.
  const given: unknown = length
  const places = typeof given === 'number' ? (given < 1e6 ? given : usual) : given === undefined ? usual : undefined
  if (places !== undefined && Number.isInteger(places) && places > 2) return places
  throw new TweedieError('model', `tokenizer_config.json: model_max_length is ${JSON.stringify(length)}`, {
    hint: 'the number of places of a text that the encoder takes is needed, such as 77',
  })
}
