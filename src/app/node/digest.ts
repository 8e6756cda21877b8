/** Digests of data sets: a run may only be resumed with the same data. */
import { createHash } from 'node:crypto'
import type { TrainData } from '../../tools/train/problem.ts'
import { digestPieces } from '../dataset-file.ts'

/** A digest of a data set: its items, labels, shape, classes and vocabulary. */
export function digestOf(dataset: TrainData): string {
  const hash = createHash('sha256')
  for (const piece of digestPieces(dataset)) hash.update(piece)
  return hash.digest('hex').slice(0, 16)
}
