/** Data of tokens, as the families of tokens need them. */
import { TweedieError } from '../errors.ts'
import type { TrainData } from '../tools/train/problem.ts'

/** @throws TweedieError `usage` for data that are no tokens */
export function requireTokens({ kind, name }: TrainData): void {
  if (kind === 'tokens') return
  throw new TweedieError(
    'usage',
    `${name}: values are trained by Gaussian noise, not by a discrete process or as embeddings`,
    {
      hint: 'quantise the data, or leave the process and embeddings out',
    },
  )
}
