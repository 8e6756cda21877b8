/** What a training step needs, estimated before it is compiled. */
import { denoisingLoss } from '../denoise/objective.ts'
import { sizeOf, topological } from '../graph/index.ts'
import { Scope } from '../nn/parameters.ts'
import type { Network } from '../nn/network.ts'

/** Flat arrays as long as the parameters: themselves, gradient, average and two of the optimiser. */
const flatArrays = 5

/**
 * Bytes that training holds at the same time, about: the flat arrays, and everything on the way to the loss, which is
 * kept for the gradients.
 */
export function trainingMemory(network: Network, parameters: number, batch: number): number {
  const { loss } = denoisingLoss(network, new Scope(), batch)
  const kept = topological([loss])
    .filter(({ op }) => !free.has(op))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return 4 * (flatArrays * parameters + kept)
}

/** Values that take no memory of their own: fed ones are counted as parameters, views are another's. */
const free: ReadonlySet<string> = new Set(['input', 'constant', 'reshape'])
