/** What a training step needs, estimated before it is compiled. */
import { Scope } from '../../engine/nn/parameters.ts'
import { valuesOf } from '../../engine/runtime/portions.ts'
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
export function trainingMemory(problem: Pick<TrainProblem, 'loss' | 'layout'>, portion: number): number {
  return base + perParameter * problem.layout.size + perValue * valuesOf([problem.loss(new Scope(), portion).loss])
}
