/** The data that a model of values is judged against. */
import { isArrays } from '../files/data/any-dataset.ts'
import { TweedieError } from '../errors.ts'
import type { ArrayDataset } from '../files/data/dataset.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { Access } from './family.ts'

/** Which data; by default those that the model was trained on, and those that were held out. */
export interface JudgeDataOptions {
  readonly data?: string | undefined
  readonly heldOut?: string | undefined
}

/** Training data, and other data. */
export interface JudgeData {
  readonly training: ArrayDataset
  /** Data that were not trained on: named ones, held-out ones, or fresh items of built-in data. */
  readonly heldOut: ArrayDataset | undefined
}

/**
 * Opens them.
 *
 * @throws TweedieError `usage` if the training data are not known, `data` for tokens
 */
export async function judgeData(access: Access, { data, heldOut }: JudgeDataOptions): Promise<JudgeData> {
  const { train, ...parts } = await access.data(data)
  const unseen = heldOut === undefined ? (parts.heldOut ?? (await parts.more?.())) : await access.unseen(heldOut)
  return { training: valuesOf(train), heldOut: unseen && valuesOf(unseen) }
}

function valuesOf(data: TrainData): ArrayDataset {
  if (isArrays(data)) return data
  throw new TweedieError('data', `${data.name}: ${data.kind}, where images or points are needed`)
}
