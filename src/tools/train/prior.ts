/**
 * Prior preservation: half of every step's items are of a second set of data, such as pictures that the model itself makes of a class,
 * so that it does not forget the class while it learns one thing of it. Ruiz et al., DreamBooth (2023).
 */
import { TweedieError } from '../../errors.ts'
import type { Batch, TrainProblem } from './problem.ts'

/** The input of the weight of each item, which losses that know one are multiplied by. */
const weightInput = 'weight'

/**
 * The problem whose loss is the mean over items of both: those of its own data, and λ times those of the other's. They take turns, so
 * that both have all levels of noise.
 *
 * @param prior the same problem on the other data
 * @param weight λ
 * @throws TweedieError `usage` for an odd number of items, and for a weight where the loss knows none
 */
export function withPrior<Model>(
  problem: TrainProblem<Model>,
  prior: TrainProblem,
  weight: number,
): TrainProblem<Model> {
  const other = prior.emptyBatch()
  const items = other.levels.length
  if (items % 2 !== 0) {
    throw new TweedieError(
      'usage',
      `\`priorData\` is for an even \`batch\`, and this is ${items}: half of it is of each`,
    )
  }
  if (weight !== 1 && !(weightInput in other.feeds)) {
    throw new TweedieError('usage', '`priorWeight`: the loss of this kind of model has no weights of items', {
      hint: 'leave `priorWeight` out: both count alike',
    })
  }
  return {
    ...problem,
    fill(batch, step) {
      problem.fill(batch, step)
      prior.fill(other, step)
      takeOdd(batch, other, items, weight)
    },
  }
}

/** Every second item of one batch becomes that of the other. */
function takeOdd(batch: Batch, other: Batch, items: number, weight: number): void {
  for (let j = 1; j < items; j += 2) {
    batch.levels[j] = other.levels[j]!
    for (const [name, into] of Object.entries(batch.feeds)) {
      const size = into.length / items
      const factor = name === weightInput ? weight : 1
      for (let i = j * size; i < (j + 1) * size; i++) into[i] = factor * other.feeds[name]![i]!
    }
  }
}
