/** The network of a model as a graph of its own: `x`, `t` and its conditions, each by its name → `output`. */
import { input } from '../engine/graph/index.ts'
import type { KnownArray, Tensor } from '../engine/graph/index.ts'
import { conditionInputs } from '../engine/nn/condition-spec.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { portionOf } from '../engine/runtime/portions.ts'
import type { Network } from '../engine/nn/network.ts'
import { constantsOf, type PartWeights } from './part-weights.ts'
import { isRemote } from './remote-network.ts'

/** A network's graph for batches of one size, and the weights by the names of its other inputs. */
export interface NetworkGraph {
  /** Noisy data, `[batch, ...inputShape]`; int32 for a network over tokens. */
  readonly x: Tensor
  /** `[batch, ...outputShape]`. */
  readonly output: Tensor
  readonly weights: ReadonlyMap<string, KnownArray>
}

/** The parts of a model that make its network. */
export interface NetworkWeights extends PartWeights {
  readonly network: Network
}

/** The largest number of values in a portion of a batch when no gradient is needed. */
const portionValues = 2.5e8

/** How many items of a batch go through a model's network at a time when sampling. */
export function samplingPortion(model: NetworkWeights, batch: number): number {
  if (model.network.items !== undefined) return model.network.items
  // a server makes portions of its own
  if (isRemote(model.network)) return batch
  return portionOf([networkGraph(model, batch).output], batch, portionValues)
}

/** Builds it. `t` is `[batch]` in the network's own units; the class is `labels` `[batch]`, int32. */
export function networkGraph(model: NetworkWeights, batch: number): NetworkGraph {
  const { network } = model
  const x = input('x', [batch, ...network.inputShape], network.categories ? 'int32' : 'float32')
  const output = network.build(new Scope(), {
    x,
    t: input('t', [batch]),
    conditions: conditionInputs(network.conditions, batch),
  })
  return { x, output, weights: constantsOf(model) }
}
