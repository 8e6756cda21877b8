/** A model with words that were learned by textual inversion: rows of its text encoders' tables, and pieces of its tokenisers. */
import { tokenizerFolder } from '../../compiled/words-part.ts'
import { TweedieError } from '../../errors.ts'
import { checksum } from '../../files/io/checksum.ts'
import type { Component, ModelWeight } from '../../files/io/component.ts'
import type { LearnedWord } from '../../files/io/embedding/embedding-file.ts'
import { parseJson } from '../../files/io/json.ts'
import { filesBelow, type ModelFolder } from '../../files/io/model-folder.ts'
import { captionTokenizerOf } from '../../files/text/captions-of.ts'
import { newWordsFile, placesOf } from '../../files/text/new-words.ts'

/** A word to be added, and what its file is called in errors. */
export interface NamedWord extends LearnedWord {
  readonly token: string
  readonly source: string
}

/**
 * The content of a folder with more words. Weights that stay are shared.
 *
 * @throws TweedieError `model` for a model without words, and vectors of other encoders than it has; `usage` for a word that cannot be one,
 * or is one already
 */
export function withEmbeddings(folder: ModelFolder, words: readonly NamedWord[]): ModelFolder {
  return words.reduce(withEmbedding, folder)
}

function withEmbedding(folder: ModelFolder, word: NamedWord): ModelFolder {
  const names = [...folder.components.keys()].filter((name) => /^text_encoder(_\d+)?$/.test(name)).sort()
  const { token, source } = word
  requireFitting(names, word)
  const components = new Map(folder.components)
  const files = new Map(folder.files)
  for (const name of names) {
    const tokenizer = tokenizerFolder(name)
    const own = filesBelow(files, tokenizer)
    const known = captionTokenizerOf(own, tokenizer, { length: 77 })
    requireNew(token, known)
    const rows = vectorsOf(word, name)
    const { part, first } = longer(components.get(name)!, rows, known.end, `${source}: ${name}`)
    components.set(name, part)
    const added: object = Object(
      parseJson(new TextDecoder().decode(own.get(newWordsFile)) || '{}', newWordsFile, 'model'),
    )
    const places = placesOf(token, rows.shape[0]!).map((place, i) => [place, first + i])
    const all = { ...added, ...Object.fromEntries(places) }
    files.set(`${tokenizer}/${newWordsFile}`, new TextEncoder().encode(`${JSON.stringify(all, null, 2)}\n`))
  }
  return { ...folder, components, files, meta: { ...folder.meta, save: saveOf(folder.meta.save, word) } }
}

/** Those of an encoder, or of the only one that there is. */
function vectorsOf({ alone, vectors }: NamedWord, name: string): ModelWeight {
  const [only] = vectors.values()
  return alone ? only! : vectors.get(name)!
}

/** The encoder with more rows in its table of tokens. */
function longer(
  part: Component,
  rows: ModelWeight,
  end: number | undefined,
  what: string,
): { readonly part: Component; readonly first: number } {
  const name = [...part.weights.keys()].find((each) => /(^|\.)token_embedding\.weight$/.test(each))
  if (part.onnx || name === undefined) {
    throw new TweedieError('model', `${what}: the text encoder's table of tokens cannot be made longer`, {
      hint: part.onnx ? 'it lies in an ONNX file: take the model that it was exported from' : undefined,
    })
  }
  const table = part.weights.get(name)!
  const [first, width] = table.shape as [number, number]
  const [places, own] = rows.shape as [number, number]
  if (own !== width) {
    throw new TweedieError('model', `${what} has vectors of ${width} numbers, and the word of ${own}`, {
      hint: 'the word was learned with another kind of model',
    })
  }
  const data = new Float32Array((first + places) * width)
  data.set(table.data)
  data.set(rows.data, first * width)
  const weights = new Map(part.weights)
  weights.set(name, { shape: [first + places, width], data })
  // older files mean the greatest token by it, which is no longer the end
  const isOld = part.config['eos_token_id'] === 2 && end !== undefined
  const config = { ...part.config, vocab_size: first + places, ...(isOld && { eos_token_id: end }) }
  return { part: { ...part, config, weights }, first }
}

function requireFitting(names: readonly string[], { vectors, alone, source }: NamedWord): void {
  if (names.length === 0) {
    throw new TweedieError('model', `${source}: the model has no text encoder, so that it cannot know a word`)
  }
  const fits = alone ? names.length === 1 : names.length === vectors.size && names.every((name) => vectors.has(name))
  if (!fits) {
    const [its, theirs] = [[...vectors.keys()], names].map((each) => each.join(' and '))
    throw new TweedieError('model', `${source}: vectors for ${its}, and the model has ${theirs}`, {
      hint: 'the word was learned with another kind of model',
    })
  }
  const [most, least] = [Math.max, Math.min].map((of) => of(...Array.from(vectors.values(), ({ shape }) => shape[0]!)))
  if (most !== least)
    throw new TweedieError('model', `${source}: ${least} vectors for one encoder, ${most} for another`)
}

/** Refuses what cannot be found in a text, or means something already. */
export function requireNew(
  token: string,
  tokenizer: { pieces(text: string): readonly { readonly id: number }[]; readonly unknown?: number | undefined },
): void {
  const hint = "a word such as <icon>; `embedding: FILE:WORD` gives a file's word another name"
  if (token === '' || /[\s()[\]\\:]/.test(token)) {
    throw new TweedieError('usage', `the word ${JSON.stringify(token)}: no spaces, brackets, colons or backslashes`, {
      hint,
    })
  }
  if (isOnePiece(token, tokenizer)) {
    throw new TweedieError('usage', `the word ${JSON.stringify(token)} is one that the model knows already`, { hint })
  }
}

function isOnePiece(token: string, { pieces, unknown }: Parameters<typeof requireNew>[1]): boolean {
  try {
    const found = pieces(token)
    return found.length === 1 && found[0]!.id !== unknown
  } catch {
    // a vocabulary without the word
    return false
  }
}

function saveOf(save: string | undefined, { token, vectors }: NamedWord): string {
  const sums = Array.from(vectors, ([name, { data }]) => [
    name,
    checksum(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ])
  return checksum(new TextEncoder().encode(JSON.stringify([save, token, sums])))
}
