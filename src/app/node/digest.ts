/** Digests of data sets: a run may only be resumed with the same data. */
import { createHash } from 'node:crypto'
import { vocabularyToJson } from '../../families/token-vocabulary.ts'
import type { TrainData } from '../../tools/train/problem.ts'

/** A digest of a data set: its items, labels, shape, classes and vocabulary. */
export function digestOf(dataset: TrainData): string {
  const { data, labels, shape, classNames } = dataset
  const hash = createHash('sha256').update(JSON.stringify([shape, classNames ?? null]))
  if (dataset.kind === 'tokens') hash.update(JSON.stringify([dataset.categories, vocabularyToJson(dataset.vocabulary)]))
  hash.update(data)
  if (labels) hash.update(labels)
  return hash.digest('hex').slice(0, 16)
}
