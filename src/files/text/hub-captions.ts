/** Captions by a `tokenizer.json`. */
import { TweedieError } from '../../errors.ts'
import type { CaptionTokenizer } from './caption-tokenizer.ts'
import { libraryOf } from './hub-library.ts'
import { libraryPieces } from './library-pieces.ts'
import { type CaptionConfig, captionLength, tokenText } from './special-tokens.ts'

interface HubFile {
  readonly model?: { readonly type?: string; readonly unk_token?: string | null; readonly unk_id?: number | null }
  readonly post_processor?: PostProcessor | null
  readonly padding?: { readonly pad_id?: number; readonly pad_token?: string } | null
  readonly truncation?: { readonly max_length?: number } | null
}

interface PostProcessor {
  readonly type: string
  readonly single?: readonly { readonly SpecialToken?: { readonly id: string }; readonly Sequence?: object }[]
  readonly cls?: readonly [string, number]
  readonly sep?: readonly [string, number]
  readonly processors?: readonly PostProcessor[]
}

/**
 * A tokeniser of captions of a `tokenizer.json`: what its post-processor puts in front of a text and behind it is start and end.
 *
 * @param json the file, parsed
 * @param config what the small files say, see `captionConfig`
 * @param length of a caption in tokens, where the files do not say
 * @throws TweedieError `data` if it is not a tokenizer that can be read; `model` where length or padding are not known
 */
export function hubCaptionTokenizer(json: object, config: CaptionConfig = {}, length?: number): CaptionTokenizer {
  const { model, post_processor: post, padding, truncation } = json as HubFile
  const library = libraryOf(json, { ...(model?.unk_token && { unk_token: model.unk_token }), ...config })
  const vocabulary = library.get_vocab(true)
  const idOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : vocabulary.get(text))
  const around = post ? specialAround(post) : { before: [], behind: [] }
  const one = (texts: readonly string[], where: string): number | undefined => {
    if (texts.length < 2) return idOf(texts[0])
    throw new TweedieError('model', `tokenizer.json puts ${texts.length} tokens ${where} a text: one is supported`)
  }
  const end = one(around.behind, 'behind')
  const padded = padding?.pad_id ?? idOf(padding?.pad_token) ?? idOf(tokenText(config.pad_token)) ?? end
  if (padded === undefined) {
    throw new TweedieError('model', 'tokenizer.json: no token pads a text that is short', {
      hint: 'set pad_token in tokenizer_config.json',
    })
  }
  // Ids may have gaps; an encoder needs a place for each up to the last.
  let size = 0
  for (const id of vocabulary.values()) size = Math.max(size, id + 1)
  const strange = model?.type === 'Unigram' ? (model.unk_id ?? undefined) : idOf(model?.unk_token ?? undefined)
  return Object.freeze<CaptionTokenizer>({
    vocabulary: size,
    length: captionLength(config, truncation?.max_length ?? length),
    start: one(around.before, 'in front of'),
    end,
    padding: padded,
    unknown: strange,
    pieces: libraryPieces(library, (token, text) => {
      throw new TweedieError('data', `${JSON.stringify(token)} of ${JSON.stringify(text)} is not in the vocabulary`, {
        hint: 'the tokenizer has no unknown token',
      })
    }),
    files: () => hubFiles(json, config, truncation?.max_length ?? length),
  })
}

/** The special tokens around a text. */
function specialAround(post: PostProcessor): {
  readonly before: readonly string[]
  readonly behind: readonly string[]
} {
  if (post.type === 'Sequence') {
    const all = (post.processors ?? []).map(specialAround)
    return { before: all.flatMap(({ before }) => before), behind: all.flatMap(({ behind }) => behind) }
  }
  if (post.type === 'TemplateProcessing') {
    const single = post.single ?? []
    const at = single.findIndex((each) => each.Sequence !== undefined)
    const texts = (some: typeof single): string[] => some.flatMap((each) => each.SpecialToken?.id ?? [])
    return { before: texts(single.slice(0, Math.max(0, at))), behind: texts(single.slice(at + 1)) }
  }
  if (post.cls && post.sep) return { before: [post.cls[0]], behind: [post.sep[0]] }
  return { before: [], behind: [] }
}

function hubFiles(json: object, config: CaptionConfig, length: number | undefined): ReadonlyMap<string, Uint8Array> {
  const { added_tokens: _added, ...rest } = config
  const stated = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...rest,
    model_max_length: captionLength(config, length),
  }
  const bytes = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)
  return new Map([
    ['tokenizer.json', new TextEncoder().encode(JSON.stringify(json))],
    ['tokenizer_config.json', bytes(stated)],
  ])
}
