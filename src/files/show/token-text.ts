/** Tokens as text: decoded by a tokenizer, a map by characters, a row of a table by its names. */
import type { TokenVocabulary } from '../data/categorical.ts'
import { itemSize } from '../data/dataset.ts'

/** The sign for a token that is not known yet. */
const maskSign = '░'

/** The facts about a model or a data set that are needed to read tokens. */
export interface Readable {
  readonly shape: readonly number[]
  readonly vocabulary: TokenVocabulary
}

/** Each item, `[n, ...shape]`, as text. Tokens outside the vocabulary are masks. */
export function textOf({ shape, vocabulary }: Readable, tokens: Int32Array): string[] {
  const size = itemSize(shape)
  return Array.from({ length: tokens.length / size }, (_, i) =>
    itemText(vocabulary, tokens.subarray(i * size, (i + 1) * size), shape.at(-1)!),
  )
}

function itemText(vocabulary: TokenVocabulary, tokens: Int32Array, width: number): string {
  switch (vocabulary.kind) {
    case 'text':
      return withMasks(tokens, vocabulary.tokenizer.size, (known) => vocabulary.tokenizer.decode(known))
    case 'table':
      return vocabulary.columns.map(({ name, values }, i) => `${name} ${values[tokens[i]!] ?? maskSign}`).join(', ')
    case 'map':
      return rows(tokens, width, (token) => vocabulary.names[token]?.[0] ?? maskSign)
    case 'levels':
      return rows(tokens, width, (token) => token.toString(36))
  }
}

/** Stretches of known tokens by the tokenizer, masks by a sign each. */
function withMasks(tokens: Int32Array, size: number, decode: (tokens: Int32Array) => string): string {
  let text = ''
  for (let i = 0; i < tokens.length;) {
    const known = tokens[i]! < size
    let end = i
    while (end < tokens.length && tokens[end]! < size === known) end++
    text += known ? decode(tokens.subarray(i, end)) : maskSign.repeat(end - i)
    i = end
  }
  return text
}

function rows(tokens: Int32Array, width: number, sign: (token: number) => string): string {
  const lines: string[] = []
  for (let i = 0; i < tokens.length; i += width) lines.push(Array.from(tokens.subarray(i, i + width), sign).join(''))
  return lines.join('\n')
}
