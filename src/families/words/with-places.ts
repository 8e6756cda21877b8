/** A model whose network takes longer texts. */
import { configOfContextLength } from '../../engine/nn/context-length.ts'
import type { Network } from '../../engine/nn/network.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { networkFromConfig } from '../../engine/nn/registry.ts'
import { TweedieError } from '../../errors.ts'
import { contextName } from '../../compiled/words.ts'

/** Those that were made, by model: what was compiled for one is found again. */
const made = new WeakMap<object, Map<number, object>>()

/**
 * The same model, of the same weights, for texts of so many places: attention to a text takes any number.
 *
 * @throws TweedieError `usage` for a network that is bound to its own number
 */
export function withPlaces<M extends { readonly network: Network }>(model: M, places: number): M {
  const { network } = model
  const context = network.conditions[contextName]
  if (context?.kind !== 'sequence' || context.length === places) return model
  if (!networkClasses.includes(network.className)) {
    throw new TweedieError(
      'usage',
      `\`longPrompts\`: a ${network.className} takes texts of ${context.length} places only`,
    )
  }
  const known = made.get(model) ?? new Map<number, object>()
  made.set(model, known)
  const longer = known.get(places) ?? {
    ...model,
    network: networkFromConfig(network.className, configOfContextLength(network, places)),
  }
  known.set(places, longer)
  return longer as M
}
