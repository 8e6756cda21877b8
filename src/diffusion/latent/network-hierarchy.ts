/** A network of a hierarchy as functions of expressions: its parameters are declared in a scope. */
import type { HierarchyNetwork, HierarchyOptions } from '../../engine/nn/hierarchy-network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { standardNormal } from './gaussian.ts'
import type { Hierarchy } from './hierarchy.ts'

/**
 * The hierarchy of a network. The prior of its highest code is N(0, I).
 *
 * @example
 * const { total } = hierarchyBound(networkHierarchy(network, new Scope()), decoderLaw('bernoulli'), inputs)
 */
export function networkHierarchy(network: HierarchyNetwork, scope: Scope, options?: HierarchyOptions): Hierarchy {
  return {
    latentShapes: network.latentShapes,
    order: network.order,
    features: (x) => network.features(scope, x, options),
    posterior: (level, features, drawn, prior) => network.posterior(scope, level, { features, drawn, prior }, options),
    // a batch of one item stands for all of them, so that a graph does not depend on how many there are
    prior: (level, above, [, ...shape]) =>
      above.length > 0 ? network.prior(scope, level, above, options) : standardNormal([1, ...shape]),
    output: (codes) => network.output(scope, codes, options),
  }
}
