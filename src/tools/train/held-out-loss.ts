/// <reference lib="esnext.disposable" preserve="true" />
/** The loss of items that training does not see: by the averaged weights, and of the same items with the same noise every time. */
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { compile, type Program } from '../../engine/runtime/program.ts'
import { portionIn } from '../../engine/runtime/portions.ts'
import { frozenConstants, jointLayout } from './parts.ts'
import type { Batch, TrainProblem } from './problem.ts'
import { lossGraph, named, ownPortion, trainingPortion } from './step-graph.ts'

/** A loss that is ready to be worked out. */
export interface HeldOutLoss extends Disposable {
  /** The mean loss by these averaged weights, all of them one after the other. */
  of(average: Float32Array): Promise<number>
}

/**
 * Compiles the loss of held-out items, without gradients.
 *
 * @param problem of the held-out items; its batches number 0, 1, … are what is judged
 * @param batches how many of them
 * @param size items to a batch of it
 */
export async function heldOutLoss(
  problem: TrainProblem,
  { batches, size }: { readonly batches: number; readonly size: number },
  engine: Engine,
  options: SessionOptions,
): Promise<HeldOutLoss> {
  const { parts, ownStep } = problem
  const layout = jointLayout(parts)
  const whole = ownStep ? undefined : lossGraph(problem, size)
  const portion = ownStep ? ownPortion(ownStep, size) : trainingPortion(whole!, size)
  const program = await (ownStep ? ownStep.compile(portion, 1, engine, options) : compiled())
  const batch = problem.emptyBatch()

  /** The graph of the loss alone. */
  async function compiled(): Promise<Program> {
    const { loss } = portion === size ? whole! : lossGraph(problem, portion)
    const constants = frozenConstants(parts)
    return compile({ loss }, engine, { ...options, ...(constants.size > 0 && { constants }) })
  }
  const lossOf = async ({ feeds }: Batch, weights: Record<string, Float32Array>): Promise<number> => {
    let sum = 0
    for (let i = 0; i < size / portion; i++) {
      const { loss } = await program.run({ ...portionIn(program, feeds, i), ...weights })
      sum += loss![0]!
    }
    return sum / (size / portion)
  }
  return {
    async of(average) {
      const weights = named('', layout, average)
      let sum = 0
      for (let i = 0; i < batches; i++) {
        problem.fill(batch, i)
        problem.dropNothing?.(batch)
        sum += await lossOf(batch, weights)
      }
      return sum / batches
    },
    [Symbol.dispose]: () => program.dispose(),
  }
}
