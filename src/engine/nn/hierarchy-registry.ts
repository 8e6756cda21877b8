/** Networks of hierarchies of codes by the name that a model folder gives them. */
import { TweedieError } from '../../errors.ts'
import { hierarchicalMlp } from './hierarchical-mlp.ts'
import type { HierarchyNetwork } from './hierarchy-network.ts'

/** Every kind: from a configuration, itself checked, to the network. */
const hierarchies: Readonly<Record<string, (config: never) => HierarchyNetwork>> = Object.freeze({
  HierarchicalMLP: hierarchicalMlp,
})

/** The names that {@link hierarchyFromConfig} knows. */
export const hierarchyClasses: readonly string[] = Object.freeze(Object.keys(hierarchies))

/**
 * The network of this class and configuration.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const network = hierarchyFromConfig('HierarchicalMLP', { input_shape: [2], latent_sizes: [2, 2], widths: [64, 64] })
 */
export function hierarchyFromConfig(className: string, config: object): HierarchyNetwork {
  if (!Object.hasOwn(hierarchies, className)) {
    throw new TweedieError('model', `hierarchy ${className}: expected one of ${hierarchyClasses.join(', ')}`)
  }
  return hierarchies[className]!(config as never)
}
