/**
 * Self-conditioning in training: every second item of a batch is told what the network makes of it without being told, the others are told
 * nothing. There is no gradient through what is told.
 *
 * Analog Bits (Chen, Zhang & Hinton, 2022), algorithm 1, https://arxiv.org/abs/2208.04202
 */
import {
  concat,
  filled,
  greater,
  input,
  mul,
  reshape,
  slice,
  stack,
  stopGradient,
  type Tensor,
  where,
} from '../../engine/graph/index.ts'
import { conditionShape } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { estimateName, flagAxis } from './self-conditioned.ts'

/** The input that says which items are told: one number for each, 1 or 0, in turn. */
export const estimatedName = 'estimated'

/** The second, fourth, … items of a batch are told. */
export function fillEstimated(told: Float32Array | Int32Array): void {
  told.forEach((_, j) => (told[j] = j % 2))
}

/** What is told where there is no estimate. */
export function noEstimate(network: Network, items: number): Tensor {
  return filled(0, [items, ...conditionShape(network.conditions[estimateName]!)])
}

/** What the network is asked, of all items. */
export interface EstimateInputs {
  readonly x: Tensor
  readonly t: Tensor
  /** All but the estimate. */
  readonly conditions?: Readonly<Record<string, Tensor>>
  /** Other numbers of the items that the mean depends on. */
  readonly numbers?: Readonly<Record<string, Tensor>>
}

/**
 * The condition `estimate` of a batch, from a pass over those items that are told theirs. With an even number of items that is half of them:
 * of each two neighbours one.
 *
 * @param meanOf x̂₀ of the network's output, its input and the numbers
 */
export function estimateGraph(
  network: Network,
  scope: Scope,
  { x, t, conditions = {}, numbers = {} }: EstimateInputs,
  meanOf: (output: Tensor, x: Tensor, numbers: Readonly<Record<string, Tensor>>) => Tensor,
): Tensor {
  const items = x.shape[0]!
  const told = input(estimatedName, [items])
  const isPaired = items % 2 === 0
  const isFirst = isPaired && greater(slice(told, 0, 0, items, 2), 0.5)
  const some = (whole: Tensor): Tensor => {
    if (!isFirst) return whole
    const [a, b] = [0, 1].map((from) => slice(whole, 0, from, items, 2)) as [Tensor, Tensor]
    return where(alongItems(isFirst, a), a, b)
  }
  const someOf = (all: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(all).map(([name, each]) => [name, some(each)]))
  const seen = some(x)
  const count = seen.shape[0]!
  const inputs = { ...someOf(conditions), [estimateName]: noEstimate(network, count) }
  const mean = meanOf(network.build(scope, { x: seen, t: some(t), conditions: inputs }), seen, someOf(numbers))
  const estimate = toldEstimate(network, mean)
  const own = (share: Tensor): Tensor => mul(estimate, alongItems(share, estimate))
  if (!isPaired) return stopGradient(own(told))
  const both = [0, 1].map((from) => own(slice(told, 0, from, items, 2)))
  return stopGradient(reshape(stack(both, 1), [items, ...estimate.shape.slice(1)]))
}

/** What is told of a mean, `[N, ...shape]`: with ones behind it, which say that there is an estimate. */
export function toldEstimate(network: Network, mean: Tensor): Tensor {
  const axis = flagAxis(network)
  const shape = mean.shape.map((size, i) => (i === axis ? 1 : size))
  return concat([mean, filled(1, shape)], axis)
}

/** One number for each item, in a shape that broadcasts to that of another tensor. */
function alongItems(numbers: Tensor, other: Tensor): Tensor {
  return reshape(numbers, [numbers.shape[0]!, ...other.shape.slice(1).map(() => 1)])
}
