/** The pieces of a text by a tokenizer of the library, each with the word that it is part of. */
import type { CaptionPiece } from './caption-tokenizer.ts'
import type { Library } from './hub-library.ts'

/**
 * A function from texts to pieces. Words are what the tokenizer's pre-tokenizer makes, and added tokens.
 *
 * @param lost what to do with a token that has no number: throws
 */
export function libraryPieces(
  library: Library,
  lost: (token: string, text: string) => never,
): (text: string) => readonly CaptionPiece[] {
  const calls = watched(library)
  return (text) => {
    calls.length = 0
    const { ids, tokens } = library.encode(text, { add_special_tokens: false })
    const words = wordNumbers(tokens, calls)
    return (ids as readonly (number | undefined)[]).map((id, at) => ({
      id: id ?? lost(tokens[at]!, text),
      text: shown(library, tokens[at]!, id),
      word: words[at]!,
    }))
  }
}

/** Makes a library tell which tokens its model made of which words: a list of the tokens of each word, in order. */
function watched(library: Library): string[][] {
  const calls: string[][] = []
  const model = library.model as unknown as (words: readonly string[]) => string[]
  const watching = (words: readonly string[]): string[] => {
    const all = model(words)
    const each = words.map((word) => model([word]))
    // Unknown words in a row may have become one.
    const alone = each.reduce((sum, tokens) => sum + tokens.length, 0) === all.length
    for (const tokens of alone ? each : all.map((token) => [token])) calls.push(tokens)
    return all
  }
  library.model = new Proxy(library.model!, { apply: (_model, _this, [words]: [readonly string[]]) => watching(words) })
  return calls
}

/** The number of each token's word. What no word made is an added token, and a word by itself. */
function wordNumbers(tokens: readonly string[], calls: readonly (readonly string[])[]): readonly number[] {
  const numbers: number[] = []
  const words = calls.filter((each) => each.length > 0)
  let [word, next] = [0, 0]
  while (numbers.length < tokens.length) {
    const found = words[next]
    const isWord = found?.every((token, i) => tokens[numbers.length + i] === token) ?? false
    if (isWord) next++
    const count = isWord ? found!.length : 1
    for (let i = 0; i < count; i++) numbers.push(word)
    word++
  }
  return numbers
}

/** A token as people read it. */
function shown(library: Library, token: string, id: number | undefined): string {
  if (id === undefined) return token
  const options = { skip_special_tokens: false, clean_up_tokenization_spaces: false }
  return library.decode([id], options).trim().replace(/^##/, '') || token
}
