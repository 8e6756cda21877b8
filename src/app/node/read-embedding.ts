/** Words that were learned, by what was asked for. */
import { existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { TweedieError } from '../../errors.ts'
import { decodeEmbedding, embeddingFile } from '../../files/io/embedding/embedding-file.ts'
import { readBytes } from '../../files/io/node/files.ts'
import type { NamedWord } from '../adapters/with-embeddings.ts'

/**
 * The words in a file, or in a folder with {@link embeddingFile}; behind a colon, what its word is called in prompts. A file that does not
 * name its word has the name of the file.
 *
 * @param asked `word.safetensors`, `runs/icon`, `style.safetensors:<style>`
 * @throws TweedieError `model` where there are none, `usage` for a name for several words
 */
export async function readEmbedding(asked: string): Promise<readonly NamedWord[]> {
  const { path, name } = dividedAt(asked)
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, embeddingFile) : path
  const bytes = await readBytes(file, 'model')
  if (bytes === undefined) {
    throw new TweedieError('model', `${file}: no such file`, {
      hint: `a learned word is a .safetensors file, or a folder that has ${embeddingFile}`,
    })
  }
  const words = decodeEmbedding(bytes, file)
  if (name !== undefined && words.length > 1) {
    throw new TweedieError('usage', `${file} has ${words.length} words, and ${name} names one`)
  }
  const stem = basename(file).replace(/\.[^.]+$/, '')
  return words.map((word) => ({ ...word, token: name ?? word.token ?? stem, source: file }))
}

function dividedAt(asked: string): { readonly path: string; readonly name?: string } {
  const colon = asked.lastIndexOf(':')
  // a path may have colons of its own: those of a drive
  if (existsSync(asked) || colon < 2) return { path: asked }
  return { path: asked.slice(0, colon), name: asked.slice(colon + 1) }
}
