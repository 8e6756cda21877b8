/**
 * Weights of the loss that are learned, so that all levels of noise count alike: with u(t) the logarithm of the error that is usual at time t,
 *
 *     loss = mean of e^{−u(t)} error + u(t),
 *
 * least where e^u is the mean error at t. Multi-Task Learning Using Uncertainty (Kendall et al., 2018), https://arxiv.org/abs/1705.07115; Analyzing and
 * Improving the Training Dynamics of Diffusion Models (Karras et al., 2024), equation 13 and appendix B.1, https://arxiv.org/abs/2312.02696
 */
import { add, exp, input, mean, mul, neg, reshape } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { linear } from '../../engine/nn/layers.ts'
import { layoutOf } from '../../engine/nn/layout.ts'
import { Scope, zeros } from '../../engine/nn/parameters.ts'
import { sinusoidal } from '../../engine/nn/time-embedding.ts'
import { TweedieError } from '../../errors.ts'
import type { TrainPart } from '../../tools/train/parts.ts'

/** The name of the part that learns them. It is of no use to a model that draws, and not in its folder. */
export const weightsPart = 'loss_weights'

/** Waves of the time that u is a sum of. */
const waves = 32

/** u of each item, `[N]`, from the network's times `[N]`; 0 before training. */
function logError(scope: Scope, t: Tensor): Tensor {
  return reshape(linear(scope, sinusoidal(t, waves), 1, { init: zeros }), t.shape)
}

/** The part of training. */
export function learnedWeightsPart(): TrainPart {
  const scope = new Scope()
  logError(scope, input('t', [1]))
  return { layout: layoutOf(scope.specs) }
}

/** The loss with learned weights; errors of items are reported as they were. */
export function withLearnedWeights({ itemLoss }: LossGraph, scope: Scope): LossGraph {
  const u = logError(scope, input('t', itemLoss.shape))
  return { loss: mean(add(mul(itemLoss, exp(neg(u))), u)), itemLoss }
}

/** Options beside which weights are not learned. */
interface Beside {
  readonly learnedWeights?: boolean | undefined
  readonly lora?: unknown
  readonly newWord?: unknown
}

/**
 * Refuses learned weights where the loss is another one.
 *
 * @param others what makes it another one: names of options, where they hold
 * @throws TweedieError `usage`
 */
export function requireWeighable(
  { learnedWeights, lora, newWord }: Beside,
  others: Readonly<Record<string, boolean>>,
): void {
  if (learnedWeights !== true) return
  const all = { lora: lora !== undefined, newWord: newWord !== undefined, ...others }
  const name = Object.keys(all).find((each) => all[each as keyof typeof all])
  if (name === undefined) return
  throw new TweedieError('usage', `\`learnedWeights\` and \`${name}\` do not go together`, {
    hint: 'leave out one of them',
  })
}
