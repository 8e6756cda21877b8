/** Learning with self-conditioning: every second item of a batch is told the network's own estimate of it, the others are told none. */
import { div, input, mul, slice, sub, type Tensor } from '../../../engine/graph/index.ts'
import { conditionInputs } from '../../../engine/nn/condition-spec.ts'
import type { Network } from '../../../engine/nn/network.ts'
import type { Scope } from '../../../engine/nn/parameters.ts'
import { estimatedName, estimateGraph, fillEstimated, noEstimate } from '../../../diffusion/denoise/estimate-graph.ts'
import { itemCoefficients, mixed, perItem } from '../../../diffusion/denoise/objective.ts'
import { estimateName, estimateSpec, takesEstimates } from '../../../diffusion/denoise/self-conditioned.ts'
import { TweedieError } from '../../../errors.ts'
import type { LearnedConditions } from '../../learned-conditions.ts'

/** The estimates of a loss. */
export interface LearnedEstimate extends LearnedConditions {
  /**
   * The network's estimates of the items that are told theirs, as its condition; there is no gradient through them.
   *
   * @param network as it is trained, and its scope
   * @param others the other conditions that are no inputs
   */
  estimates(
    network: Network,
    scope: Scope,
    items: number,
    others: Readonly<Record<string, Tensor>>,
  ): Readonly<Record<string, Tensor>>
}

/**
 * Half of the items, the second, fourth, … of the whole batch, are told x̂₀ by a pass of the network that is told none. A network that has the
 * condition in a run without self-conditioning is always told none.
 *
 * @throws TweedieError `model` for a network without the condition
 */
export function learnedEstimate(network: Network, isTold: boolean): LearnedEstimate {
  if (!takesEstimates(network)) {
    const wanted = estimateSpec(network.inputShape)
    throw new TweedieError('model', `\`selfConditioning\`: ${network.className} takes no estimates`, {
      hint: `conditions: { ${estimateName}: ${JSON.stringify(wanted)} } in its configuration`,
    })
  }
  return {
    made: new Set([estimateName]),
    conditions: () => ({}),
    feeds: (batch) => (isTold ? { [estimatedName]: new Float32Array(batch) } : {}),
    fill(feeds, _batch, left = () => false) {
      if (isTold) fillEstimated(feeds[estimatedName]!)
      return left
    },
    estimates(seen, scope, items, others) {
      if (!isTold) return { [estimateName]: noEstimate(network, items) }
      const shape = [items, ...seen.inputShape]
      const data = { x0: input('x0', shape), epsilon: input('epsilon', shape) }
      const x = mixed(seen, items, data, ['alpha', 'sigma'])
      const { [estimateName]: _, ...conditions } = { ...conditionInputs(seen.conditions, items), ...others }
      const numbers = Object.fromEntries(itemCoefficients.map((name) => [name, perItem(name, seen, items)]))
      const inputs = { x, t: input('t', [items]), conditions, numbers }
      return { [estimateName]: estimateGraph(seen, scope, inputs, meanOf) }
    },
  }
}

/** x̂₀ = (σ m − b x) / (a σ − b α) of a prediction m = a x₀ + b ε; behind it there may be channels of variances. */
function meanOf(
  output: Tensor,
  x: Tensor,
  { alpha, sigma, sample: a, noise: b }: Readonly<Record<string, Tensor>>,
): Tensor {
  const m = output.shape[1] === x.shape[1] ? output : slice(output, 1, 0, x.shape[1]!)
  return div(sub(mul(sigma!, m), mul(b!, x)), sub(mul(a!, sigma!), mul(b!, alpha!)))
}
