/** Runs layers and networks on the reference evaluator. */
import { input } from '../../../src/engine/graph/index.ts'
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { initialize, layoutOf, parametersOf, Scope } from '../../../src/engine/nn/index.ts'
import type { Layout, Network } from '../../../src/engine/nn/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

/** Standard normal numbers. */
export const random = (name: string, size: number): Float32Array => normal(key(name), new Float32Array(size))

/** Feeds for all parameters of a layout. */
export const parameterFeeds = (layout: Layout, flat: Float32Array): Record<string, Float32Array> =>
  Object.fromEntries([...layout.toMap(flat)].map(([name, { data }]) => [name, data]))

/** A layer's output for random data of a shape, with random parameters, which come back by name. */
export function runLayer(shape: Shape, layer: (scope: Scope, x: Tensor) => Tensor) {
  const scope = new Scope()
  const y = layer(scope, input('x', shape))
  const layout = layoutOf(scope.specs)
  const parameters = parameterFeeds(layout, random('parameters', layout.size))
  const x = random(
    'x',
    shape.reduce((a, b) => a * b, 1),
  )
  return { x, parameters, specs: scope.specs, ...evaluate([y], { ...parameters, x })[0]! }
}

/** A network's output for a batch. */
export function runNetwork(
  network: Network,
  flat: Float32Array,
  x: ArrayLike<number>,
  t: readonly number[],
  labels?: ArrayLike<number>,
): ArrayLike<number> & Iterable<number> {
  const batch = t.length
  const y = network.build(new Scope(), {
    x: input('x', [batch, ...network.inputShape]),
    t: input('t', [batch]),
    conditions: labels && { labels: input('labels', [batch], 'int32') },
  })
  return evaluate([y], { ...parameterFeeds(parametersOf(network), flat), x, t, ...(labels && { labels }) })[0]!.data
}

/** All parameters random, also those that begin at zero or one. */
export const shaken = (network: Network): Float32Array => {
  const flat = initialize(parametersOf(network), key(3))
  const noise = random('shake', flat.length)
  return flat.map((value, i) => value + 0.1 * noise[i]!)
}

/** The largest difference of two arrays. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
