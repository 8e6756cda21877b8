/** From a specification and data to the problem that they pose. */
import { TweedieError } from '../errors.ts'
import type { AnyModel } from './any-model.ts'
import type { TrainData, TrainProblem } from '../tools/train/problem.ts'
import { embeddedProblem } from './embeddings/problem.ts'
import { tokenProblem } from './tokens/problem.ts'
import { valueProblem } from './values/problem.ts'
import { type AnyTrainSpec, checkSpec, isEmbeddedSpec, isTokenSpec } from './spec.ts'

/**
 * Everything that can be known to be wrong is said here, before anything is compiled or written.
 *
 * @throws TweedieError `usage`, `shape` or `model` where specification and data make no sense, alone or together
 */
export function problemOf(spec: AnyTrainSpec, data: TrainData): TrainProblem<AnyModel> {
  checkSpec(spec)
  if (data.kind === 'tokens') {
    if (isTokenSpec(spec)) return tokenProblem(spec, data)
    if (isEmbeddedSpec(spec)) return embeddedProblem(spec, data)
  } else if (!isTokenSpec(spec) && !isEmbeddedSpec(spec)) return valueProblem(spec, data)
  throw new TweedieError(
    'usage',
    data.kind === 'tokens'
      ? `${data.name}: tokens are trained by a discrete process or as embeddings, not as values`
      : `${data.name}: values are trained by Gaussian noise, not by a discrete process or as embeddings`,
    {
      hint:
        data.kind === 'tokens'
          ? 'give the specification a process or embeddings'
          : 'quantise the data, or leave the process and embeddings out',
    },
  )
}
