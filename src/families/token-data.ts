/** Checks of token data for the families of tokens. */
import { TweedieError } from '../errors.ts'
import type { CategoricalDataset, TokenLook } from '../files/data/categorical.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { lookToJson } from './token-look.ts'

/** @throws TweedieError `usage` for data that are not tokens */
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

/** @throws TweedieError `usage` for tokens with another vocabulary than the model's */
export function requireSameTokens(look: TokenLook, data: CategoricalDataset): void {
  if (JSON.stringify(lookToJson(look)) === JSON.stringify(lookToJson(data.look))) return
  throw new TweedieError('usage', `${data.name}: its tokens stand for something else than those of the model`, {
    hint: 'read it by the tokenizer of the model, as `tokens` has it',
  })
}
