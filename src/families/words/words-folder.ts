/** The folder of a model's words. */
import { tokenizerFolder, wordParts } from '../../compiled/words-part.ts'
import type { Words } from '../../compiled/words.ts'
import { filesIn, type ModelFolderInput } from '../../files/io/model-folder.ts'

/** The parts and files of words, for a model's folder; the inverse of `wordsIn`. */
export function wordsFolder(words: Words): Required<Pick<ModelFolderInput, 'components' | 'files'>> {
  const files = words.encoders.flatMap(({ name, tokenizer }) => [...filesIn(tokenizerFolder(name), tokenizer.files())])
  return { components: wordParts(words), files: new Map(files) }
}
