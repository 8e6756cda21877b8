/** The memory of a training step, estimated before it is compiled. */
import { Scope } from '../../engine/nn/parameters.ts'
import { valuesOf } from '../../engine/runtime/portions.ts'
import { areFed, jointLayout } from './parts.ts'
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

/** Bytes for each parameter of a frozen part: itself, in the graph, and as the runtime has arranged it. */
const perConstant = 12
/** The same where they are fed to the graph: itself, and the pages of its file, of sixteen bits. */
const perFed = 6

/** Resident bytes of a process that trains, to within a fifth or so for U-Nets and perceptrons on the CPU. */
export function trainingMemory(
  { parts, loss, ownStep }: Pick<TrainProblem, 'loss' | 'parts' | 'ownStep'>,
  portion: number,
): number {
  const frozen = Object.values(parts).reduce((sum, { learns = true, layout }) => sum + (learns ? 0 : layout.size), 0)
  const parameters = perParameter * jointLayout(parts).size + (areFed(parts) ? perFed : perConstant) * frozen
  const kept = ownStep ? ownStep.kept(portion) : [loss(new Scope(), portion).loss]
  return base + parameters + perValue * valuesOf(kept)
}
