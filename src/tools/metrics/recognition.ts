/** Recognition: a classifier's predictions for samples, compared with the labels that they were generated for. */
import { TweedieError } from '../../errors.ts'
import type { Estimate } from './features.ts'

/** A classifier's predictions for samples. */
export interface Recognition {
  /** `matrix[requested][predicted]`: how many samples. */
  readonly matrix: readonly (readonly number[])[]
  /** The share of samples of the requested class, and its binomial standard error. */
  readonly rate: Estimate
  /** The share of each class's samples that are recognised; NaN for classes without samples. */
  readonly perClass: readonly number[]
}

/**
 * The confusion matrix and the recognition rate.
 *
 * @param asked the labels that samples were generated for, 0 … classes − 1
 * @param answered the classifier's labels of the same samples
 */
export function recognition(asked: ArrayLike<number>, answered: ArrayLike<number>, classes: number): Recognition {
  if (asked.length !== answered.length || asked.length === 0) {
    throw new TweedieError(
      'shape',
      `${asked.length} labels and ${answered.length} answers: expected as many, at least one`,
    )
  }
  const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0))
  for (let i = 0; i < asked.length; i++) {
    const row = matrix[asked[i]!]
    if (row?.[answered[i]!] === undefined) {
      throw new TweedieError(
        'shape',
        `sample ${i}: label ${asked[i]}, answer ${answered[i]}: expected 0 … ${classes - 1}`,
      )
    }
    row[answered[i]!]! += 1
  }
  const value = matrix.reduce((sum, row, label) => sum + row[label]!, 0) / asked.length
  return {
    matrix,
    rate: { value, standardError: Math.sqrt((value * (1 - value)) / asked.length) },
    perClass: matrix.map((row, label) => row[label]! / row.reduce((sum, count) => sum + count, 0)),
  }
}
