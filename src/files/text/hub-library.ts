/** The library that reads the tokenizers of the Hugging Face hub: `@huggingface/tokenizers`. */
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { TweedieError } from '../../errors.ts'

export type { Library }

/**
 * A tokenizer of the library, with long words cut up.
 *
 * @param json `tokenizer.json`, parsed
 * @param config `tokenizer_config.json`, parsed
 * @throws TweedieError `data` where the library cannot read it
 */
export function libraryOf(json: object, config: object): Library {
  checkIds(json)
  const library = open(json, config)
  modelInPieces(library)
  return library
}

/** The largest number of a token: a network has a place for each up to it. */
const largestId = 2 ** 24

/** Refuses tokens whose numbers are none: the library takes them, and then fails or does not come to an end. */
function checkIds(json: object): void {
  const { model, added_tokens: added } = json as {
    readonly model?: { readonly vocab?: unknown }
    readonly added_tokens?: unknown
  }
  const vocab = model?.vocab
  // no pairs are made of them: there may be a hundred thousand
  if (typeof vocab === 'object' && vocab !== null && !Array.isArray(vocab)) {
    for (const token of Object.keys(vocab)) checkId(token, (vocab as Readonly<Record<string, unknown>>)[token])
  }
  if (Array.isArray(added)) {
    for (const each of added as readonly ({ content?: unknown; id?: unknown } | null)[]) {
      checkId(String(each?.content), each?.id)
    }
  }
}

function checkId(token: string, id: unknown): void {
  if (Number.isInteger(id) && Number(id) >= 0 && Number(id) <= largestId) return
  throw new TweedieError(
    'data',
    `tokenizer.json: the number of the token ${quoted(token)} is ${quoted(id)}, expected 0 to ${largestId}`,
    {
      hint: 'fetch the files of the tokenizer again',
    },
  )
}

const quoted = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60)

function open(json: object, config: object): Library {
  try {
    return new Library(json, config)
  } catch (cause) {
    throw new TweedieError('data', `tokenizer.json: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'expected the file that the "tokenizers" library saves, with "model" and "decoder"',
      cause,
    })
  }
}

/** The most characters of one word that the model gets at a time. */
const longest = 20_000

/**
 * A corpus may reach the model as one word: pre-tokenizers of the SentencePiece kind do not split. The model then needs memory for all of
 * it at once, and fails. So long words are cut before `▁`, where no token of the vocabulary goes across: the tokens are the same.
 */
function modelInPieces(library: Library): void {
  const model = library.model as unknown as (words: readonly string[]) => string[]
  let crossed: boolean | undefined
  const inPieces = (words: readonly string[]): string[] => {
    const long = words.find((word) => word.length > longest)
    if (long === undefined) return model(words)
    crossed ??= [...library.get_vocab(true).keys()].some((token) => /[^▁]▁/u.test(token))
    if (crossed || !/[^▁]▁/u.test(long)) {
      throw new TweedieError(
        'data',
        `the tokenizer takes ${long.length} characters for one word, more than ${longest}`,
        {
          hint: 'it has no pre-tokenizer that splits text; read the text as characters or bytes',
        },
      )
    }
    return words.flatMap((word) =>
      word.length > longest ? cut(word).flatMap((piece) => model([piece])) : model([word]),
    )
  }
  library.model = new Proxy(library.model, { apply: (_model, _this, [words]: [readonly string[]]) => inPieces(words) })
}

/** A long word in pieces that begin with `▁`, as long as they may be. */
function cut(word: string): string[] {
  const pieces = ['']
  for (const part of word.split(/(?<=[^▁])(?=▁)/u)) {
    if (pieces.at(-1)!.length + part.length > longest) pieces.push(part)
    else pieces[pieces.length - 1] += part
  }
  return pieces
}

/** The model's input: the text between added tokens, normalised and cut up. */
export function wordsIn(library: Library, text: string): readonly string[] {
  const added = Array.from(library.get_added_tokens_decoder().values(), ({ content }) => content)
  const between = added.reduce<string[]>((parts, token) => parts.flatMap((part) => part.split(token)), [text])
  return between.flatMap((part) => {
    const normal = library.normalizer === null ? part : (library.normalizer as unknown as (x: string) => string)(part)
    if (library.pre_tokenizer === null || normal.length === 0) return [normal]
    return (library.pre_tokenizer as unknown as (x: string) => string[])(normal)
  })
}
