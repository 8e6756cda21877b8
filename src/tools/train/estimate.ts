/** The memory of a training step, estimated before it is compiled. */
import { Scope } from '../../engine/nn/parameters.ts'
import { valuesOf } from '../../engine/runtime/portions.ts'
import { keptValues } from './kept-values.ts'
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
/**
 * The same where they are fed to the graph: itself once, the pages of the files of the model, of sixteen bits, and what is arranged right before its use. Measured, like
 * the next, by adapters of a pipeline of Stable Diffusion's size: 8.8 GB at 256 × 256, 15.0 GB at 512 × 512.
 */
const perFed = 8.8
/** Bytes for each value that is kept where a network stays as it is: no copies for gradients of its weights. */
const perKept = 5.7

/** Resident bytes of a process that trains, to within a fifth or so for U-Nets and perceptrons on the CPU. */
export function trainingMemory(problem: Pick<TrainProblem, 'loss' | 'parts' | 'ownStep'>, portion: number): number {
  const { parts, loss, ownStep } = problem
  const frozen = Object.values(parts).reduce((sum, { learns = true, layout }) => sum + (learns ? 0 : layout.size), 0)
  const learning = jointLayout(parts).size
  const parameters = perParameter * learning + (areFed(parts) ? perFed : perConstant) * frozen
  if (ownStep) return base + parameters + perValue * valuesOf(ownStep.kept(portion))
  // adapters or a word beside a network, and not a student of one
  const stays = learning < frozen / 4 && Object.values(parts).some(({ learns, network }) => learns === false && network)
  const values = stays ? perKept * keptValues(problem, portion) : perValue * valuesOf([loss(new Scope(), portion).loss])
  return base + parameters + values
}
