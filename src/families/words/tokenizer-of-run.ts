/** The tokeniser of a training run that goes on, or begins. */
import { TweedieError } from '../../errors.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { tokenizerOfCaptions } from './caption-spec-of.ts'
import type { CaptionSpec } from './caption-spec.ts'
import { tokenizerSum, type WordsData } from './words-data.ts'

/**
 * The tokeniser that the specification is of.
 *
 * @param length places of a caption
 * @throws TweedieError `usage` where it is not with the data, `model` where it is another one
 */
export function tokenizerOfRun(
  { tokenizer: { path, sum } }: CaptionSpec,
  data: WordsData,
  length: number,
): CaptionTokenizer {
  const given = data.words?.tokenizer
  if (given === undefined && path !== undefined) {
    throw new TweedieError('usage', 'the tokeniser of this run comes with the prepared data', {
      hint: 'prepareData(spec, data, …) opens it',
    })
  }
  const tokenizer = given ?? tokenizerOfCaptions(data, length)
  if (tokenizerSum(tokenizer) === sum) return tokenizer
  const what = path === undefined ? 'the captions have other words than those' : `${path}: not the tokeniser`
  throw new TweedieError('model', `${what} that this run began with`, {
    hint: 'bring the data back as they were, or start a new run',
  })
}
