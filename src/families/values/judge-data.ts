/** What a model of values is judged against. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { ValuesOf } from '../../options.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { Access } from '../family.ts'
import type { judgeOptions } from '../options.ts'
import type { evalOptions } from './options/eval.ts'

/** All options of an evaluation. */
export type JudgeOptions = ValuesOf<typeof judgeOptions & typeof evalOptions>

/** Data of training, and others. */
export interface JudgeData {
  readonly training: ArrayDataset
  /** Data that were not trained on: those named, those that training held out, or of built-in data other items. */
  readonly heldOut: ArrayDataset | undefined
}

/**
 * Opens them.
 *
 * @throws TweedieError `usage` where it is not known what the model was trained on, `data` for tokens
 */
export async function judgeData(access: Access, { data, heldOut }: JudgeOptions): Promise<JudgeData> {
  const { train, ...parts } = await access.data(data)
  const unseen = heldOut === undefined ? (parts.heldOut ?? (await parts.more?.())) : await access.unseen(heldOut)
  return { training: valuesOf(train), heldOut: unseen && valuesOf(unseen) }
}

function valuesOf(data: TrainData): ArrayDataset {
  if (data.kind !== 'tokens') return data
  throw new TweedieError('data', `${data.name}: tokens, where images or points are needed`)
}
