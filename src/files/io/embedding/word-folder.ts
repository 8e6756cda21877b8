/**
 * The folder of a word: what a run that learns one writes. It has the word's vectors and the facts, and names the model that it belongs to,
 * which is opened with it.
 */
import { TweedieError } from '../../../errors.ts'
import { checksum } from '../checksum.ts'
import { indexPath, metaPath } from '../folder-plan.ts'
import type { ModelFiles } from '../folder-types.ts'
import { formatPythonJson } from '../json.ts'
import { readFolderJson } from '../read-part.ts'
import { parseTweedieMeta, type TweedieMeta, type TweedieMetaInput, type TweedieMetaWord } from '../tweedie-meta.ts'
import type { ModelWeight } from '../component.ts'
import { decodeEmbedding, embeddingFile, encodeEmbedding, type LearnedWord } from './embedding-file.ts'

/** The files that are read. */
export const wordFiles = Object.freeze([metaPath, embeddingFile])

/** What is read. */
export interface WordFolder {
  readonly word: LearnedWord & { readonly token: string }
  readonly facts: TweedieMetaWord
  /** That of the model with the word. */
  readonly meta: TweedieMeta
}

/** The files of a folder of a word. Equal words give equal bytes. */
export function encodeWordFolder(
  vectors: ReadonlyMap<string, ModelWeight>,
  facts: Omit<TweedieMetaWord, 'sum'>,
  meta: TweedieMetaInput,
): Map<string, Uint8Array> {
  const bytes = encodeEmbedding(facts.token, vectors)
  const sum = checksum(bytes)
  const stated = parseTweedieMeta({ ...meta, parts: undefined, save: sum, word: { ...facts, sum } })
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(formatPythonJson(value))
  return new Map<string, Uint8Array>([
    [indexPath, json({ _class_name: 'TweedieWord' })],
    [embeddingFile, bytes],
    [metaPath, json(stated)],
  ])
}

/**
 * Reads a folder of a word; undefined for any other folder.
 *
 * @throws TweedieError `model` where files are missing, or of two different saves
 */
export function decodeWordFolder(files: ModelFiles, source = 'word'): WordFolder | undefined {
  const stated = files.get(metaPath)
  if (stated === undefined) return undefined
  const { word: facts, ...meta } = parseTweedieMeta(readFolderJson(stated, metaPath, source), `${source}/${metaPath}`)
  if (facts === undefined) return undefined
  const bytes = files.get(embeddingFile)
  if (bytes === undefined) {
    throw new TweedieError('model', `${source}/${embeddingFile}: no such file`, {
      hint: 'fetch the folder again, with all of its files',
    })
  }
  if (checksum(bytes) !== facts.sum) {
    throw new TweedieError('model', `${source}/${embeddingFile}: not the word that tweedie.json was saved with`, {
      hint: 'copy the whole folder again',
    })
  }
  const [word] = decodeEmbedding(bytes, `${source}/${embeddingFile}`)
  return { word: { ...word!, token: facts.token }, facts, meta }
}
