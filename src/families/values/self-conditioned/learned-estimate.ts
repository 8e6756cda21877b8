/** Learning with self-conditioning: every second item of a batch is told the network's own estimate of it, the others are told none. */
import {
  add,
  concat,
  div,
  filled,
  greater,
  input,
  mul,
  reshape,
  type Shape,
  slice,
  sizeOf,
  stack,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../../../engine/graph/index.ts'
import { conditionInputs, conditionShape } from '../../../engine/nn/condition-spec.ts'
import type { Network } from '../../../engine/nn/network.ts'
import type { Scope } from '../../../engine/nn/parameters.ts'
import { TweedieError } from '../../../errors.ts'
import { estimateName, estimateSpec } from '../../../diffusion/denoise/self-conditioned.ts'
import type { LearnedConditions } from '../../learned-conditions.ts'

/** Which items are told: one number for each, 1 or 0. */
const known = 'estimated'

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
  const spec = network.conditions[estimateName]
  const wanted = estimateSpec(network.inputShape)
  if (JSON.stringify(spec) !== JSON.stringify(wanted)) {
    throw new TweedieError('model', `\`selfConditioning\`: ${network.className} takes no estimates`, {
      hint: `conditions: { ${estimateName}: ${JSON.stringify(wanted)} } in its configuration`,
    })
  }
  const shape = conditionShape(wanted)
  const nothing = (items: number): Tensor => filled(0, [items, ...shape])
  return {
    made: new Set([estimateName]),
    conditions: () => ({}),
    feeds: (batch) => (isTold ? { [known]: new Float32Array(batch) } : {}),
    fill(feeds, _batch, left = () => false) {
      if (isTold) feeds[known]!.forEach((_, j, all) => (all[j] = j % 2))
      return left
    },
    estimates(seen, scope, items, others) {
      if (!isTold) return { [estimateName]: nothing(items) }
      const given = { ...conditionInputs(seen.conditions, items), ...others }
      const inputs = { x: noisy(seen, items), t: input('t', [items]), ...given }
      const told = input(known, [items])
      // of each two neighbours one is told: only that one needs an estimate
      const isPaired = items % 2 === 0
      const first = isPaired ? greater(slice(told, 0, 0, items, 2), 0.5) : undefined
      const some = (whole: Tensor): Tensor => {
        if (!first) return whole
        const [a, b] = [0, 1].map((from) => slice(whole, 0, from, items, 2)) as [Tensor, Tensor]
        return where(broadcastable(first, a.shape.length), a, b)
      }
      const { x, t, ...conditions } = Object.fromEntries(
        Object.entries(inputs).map(([name, each]) => [name, name === estimateName ? each : some(each)]),
      ) as { x: Tensor; t: Tensor } & Record<string, Tensor>
      const count = x.shape[0]!
      const output = seen.build(scope, { x, t, conditions: { ...conditions, [estimateName]: nothing(count) } })
      const at = (name: string): Tensor => broadcastable(some(input(name, [items])), x.shape.length)
      const mean = meanOf(firstChannels(output, x.shape), x, at)
      const estimate = concat([mean, filled(1, [count, ...flagShape(seen.inputShape)])], 1)
      const own = (share: Tensor): Tensor => mul(estimate, broadcastable(share, estimate.shape.length))
      if (!isPaired) return { [estimateName]: stopGradient(own(told)) }
      const both = [0, 1].map((from) => own(slice(told, 0, from, items, 2)))
      return { [estimateName]: stopGradient(reshape(stack(both, 1), [items, ...shape])) }
    },
  }
}

/** α x₀ + σ ε. */
function noisy({ inputShape }: Network, items: number): Tensor {
  const shape = [items, ...inputShape]
  const at = (name: string): Tensor => broadcastable(input(name, [items]), shape.length)
  return add(mul(at('alpha'), input('x0', shape)), mul(at('sigma'), input('epsilon', shape)))
}

/** x̂₀ = (σ m − b x) / (a σ − b α) of a prediction m = a x₀ + b ε. */
function meanOf(m: Tensor, x: Tensor, at: (name: string) => Tensor): Tensor {
  const [alpha, sigma, a, b] = ['alpha', 'sigma', 'sample', 'noise'].map(at) as [Tensor, Tensor, Tensor, Tensor]
  return div(sub(mul(sigma, m), mul(b, x)), sub(mul(a, sigma), mul(b, alpha)))
}

/** One number for each item, in a shape that broadcasts to so many axes. */
function broadcastable(numbers: Tensor, axes: number): Tensor {
  return reshape(numbers, [numbers.shape[0]!, ...Array.from({ length: axes - 1 }, () => 1)])
}

/** Without the channels of variances. */
function firstChannels(output: Tensor, shape: Shape): Tensor {
  return sizeOf(output.shape) === sizeOf(shape) ? output : slice(output, 1, 0, shape[1]!)
}

/** One channel that says that there is an estimate. */
const flagShape = ([, ...places]: Shape): Shape => [1, ...places]
