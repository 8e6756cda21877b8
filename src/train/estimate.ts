/** What a training step needs, estimated before it is compiled. */
import { sizeOf, topological } from '../graph/index.ts'
import { Scope } from '../nn/parameters.ts'
import type { TrainProblem } from './problem.ts'

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
export function trainingMemory(problem: Pick<TrainProblem, 'loss' | 'layout'>): number {
  const { loss } = problem.loss(new Scope())
  const values = topological([loss])
    .filter(({ op }) => !free.has(op))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return base + perParameter * problem.layout.size + perValue * values
}

/** Values that take no memory of their own: fed ones are counted as parameters, views are another's. */
const free: ReadonlySet<string> = new Set(['input', 'constant', 'reshape'])
