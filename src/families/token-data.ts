/** Checks of token data for the families of tokens. */
import { TweedieError } from '../errors.ts'
import type { CategoricalDataset, TokenVocabulary } from '../files/data/categorical.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { vocabularyToJson } from './token-vocabulary.ts'

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
export function requireSameTokens(vocabulary: TokenVocabulary, data: CategoricalDataset): void {
  if (JSON.stringify(vocabularyToJson(vocabulary)) === JSON.stringify(vocabularyToJson(data.vocabulary))) return
  throw new TweedieError('usage', `${data.name}: its tokens stand for something else than those of the model`, {
    hint: 'read it by the tokenizer of the model, as `tokens` has it',
  })
}
