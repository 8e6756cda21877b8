/** Texts of a disk. */
import type { CategoricalDataset } from '../categorical.ts'
import {
  type CorpusLimits,
  type CorpusText,
  isCorpus as isCorpusIn,
  readTexts as readTextsIn,
} from '../open/corpus-files.ts'
import { type CorpusOptions, readCorpus as readCorpusIn } from '../open/read-corpus.ts'
import { diskTree } from './disk-tree.ts'

/** Whether a path is to be read as text rather than as a table or pictures. */
export function isCorpus(path: string): Promise<boolean> {
  return isCorpusIn(diskTree, path)
}

/** Reads all texts of a path. @throws TweedieError `data` if it is missing, empty, not UTF-8 or UTF-16, or has no texts */
export function readTexts(path: string, limits: CorpusLimits = {}): Promise<CorpusText> {
  return readTextsIn(diskTree, path, limits)
}

/**
 * Reads a text, or many: a file of text, lines of JSON with a text each, or a folder of such files.
 *
 * @throws TweedieError `data` for a file that is missing, not UTF-8, or shorter than a window
 */
export function readCorpus(path: string, options: CorpusOptions): Promise<CategoricalDataset> {
  return readCorpusIn(diskTree, path, options)
}
