/** What a training step needs, estimated before it is compiled. */
import { trainingLoss } from '../denoise/training-loss.ts'
import { sizeOf, topological } from '../graph/index.ts'
import { Scope } from '../nn/parameters.ts'
import type { Network } from '../nn/network.ts'

/** The process with its engine loaded. */
const base = 130e6
/**
 * Bytes for each parameter: itself, gradient, average and two of the optimiser are 20; as much again several times while
 * a checkpoint is put together and written. Measured, like the next.
 */
const perParameter = 76
/** Bytes for each value on the way to the loss: it is kept for the gradients, and some of those exist beside it. */
const perValue = 6.4

/** Resident bytes of a process that trains, to within a fifth or so for U-Nets and perceptrons on the CPU. */
export function trainingMemory(network: Network, parameters: number, batch: number): number {
  const { loss } = trainingLoss(network, new Scope(), batch, { levels: 1 })
  const values = topological([loss])
    .filter(({ op }) => !free.has(op))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return base + perParameter * parameters + perValue * values
}

/** Values that take no memory of their own: fed ones are counted as parameters, views are another's. */
const free: ReadonlySet<string> = new Set(['input', 'constant', 'reshape'])
