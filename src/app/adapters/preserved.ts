/** Runs half of whose items are of data that keep the model from forgetting. */
import { TweedieError } from '../../errors.ts'
import { withPrior } from '../../tools/train/prior.ts'
import type { TrainData, TrainProblem } from '../../tools/train/problem.ts'
import type { BaseSpec } from '../../tools/train/spec.ts'

/** The problem on both data. @throws TweedieError `usage` where the data come without those of the specification */
export async function preserved<Model>(
  problem: TrainProblem<Model>,
  { prior }: Pick<BaseSpec, 'prior'>,
  data: TrainData,
  make: (data: TrainData) => Promise<TrainProblem>,
): Promise<TrainProblem<Model>> {
  const other = (data as { readonly prior?: TrainData }).prior
  if (other) return withPrior(problem, await make(other), prior!.weight)
  throw new TweedieError('usage', 'the data come without the `priorData` of the run', {
    hint: 'they are read by runs in a folder',
  })
}
