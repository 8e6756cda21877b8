/** The user's own loss on batches of images, points and other numbers. */
import { answerOf, itemMean, perItem } from '../../diffusion/denoise/objective.ts'
import type { AnswerOptions, LossGraph } from '../../diffusion/denoise/objective.ts'
import { input, mean } from '../../engine/graph/index.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import { ownTensor } from '../../own-made.ts'
import type { OwnObjective } from '../own-parts.ts'

/**
 * The loss of `batch` items.
 *
 * @throws TweedieError `shape` for a loss that is not one number for each item or for each of its values
 */
export function ownLoss(
  network: Network,
  scope: Scope,
  batch: number,
  name: string,
  { loss }: OwnObjective,
  { dropout, conditions }: Pick<AnswerOptions, 'dropout' | 'conditions'> = {},
): LossGraph {
  const { x0, x: xt, target, output } = answerOf(network, scope, batch, { dropout, conditions })
  const epsilon = input('epsilon', [batch, ...network.inputShape])
  const [alpha, sigma] = [perItem('alpha', network, batch), perItem('sigma', network, batch)]
  const terms = { x0, epsilon, xt, t: input('t', [batch]), output, target, alpha, sigma }
  const made = ownTensor(`the objective ${name}`, () => loss({ ...terms, weight: input('weight', [batch]) }))
  if (made.shape[0] !== batch) {
    throw new TweedieError(
      'shape',
      `the objective ${name} of your own: its loss is [${made.shape.join(', ')}] for ${batch} items`,
      {
        hint: 'it must be one number for each item, [N], or one for each of its values, [N, ...shape]',
      },
    )
  }
  const itemLoss = made.shape.length > 1 ? itemMean(made) : made
  return { loss: mean(itemLoss), itemLoss }
}
