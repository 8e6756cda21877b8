/** The network of a model as a graph of its own: `x`, `t` and, if it knows classes, `labels` → `output`. */
import { input } from '../graph/index.ts'
import type { HostArray, Tensor } from '../graph/index.ts'
import { Scope } from '../nn/parameters.ts'
import type { Model } from './model.ts'

/** A network's graph for batches of one size, and the weights by the names of its other inputs. */
export interface NetworkGraph {
  /** Noisy data, `[batch, ...inputShape]`. */
  readonly x: Tensor
  /** `[batch, ...outputShape]`. */
  readonly output: Tensor
  readonly weights: ReadonlyMap<string, HostArray>
}

/** Builds it. `t` is `[batch]` in the network's own units, `labels` `[batch]` int32. */
export function networkGraph({ network, layout, weights }: Model, batch: number): NetworkGraph {
  const x = input('x', [batch, ...network.inputShape])
  const output = network.build(new Scope(), {
    x,
    t: input('t', [batch]),
    ...(network.classes > 0 && { labels: input('labels', [batch], 'int32') }),
  })
  return { x, output, weights: new Map(Array.from(layout.toMap(weights), ([name, { data }]) => [name, data])) }
}
