/** Training to the end in one call, for callers that need only the result: judges, classifiers. */
import { interrupted } from '../../interrupted.ts'
import { type LoopOptions, trainingLoop } from './loop.ts'
import type { BaseSpec } from './spec.ts'
import type { Task } from './trainer.ts'

/** How to train. */
export interface TrainToEndOptions extends Omit<LoopOptions, 'from' | 'logEvery' | 'checkpointEvery' | 'run'> {
  /** Called after every step. */
  readonly onStep?: ((step: number, total: number, loss: number) => void) | undefined
}

/**
 * The model of a training task.
 *
 * @param what for the error of a stopped training: `the training of the classifier`
 * @throws TweedieError `interrupted` where the signal stopped it, `diverged` for a loss that is not finite
 */
export async function trainToEnd<Spec extends BaseSpec, Model>(
  task: Task<Spec, Model>,
  what: string,
  { onStep, ...options }: TrainToEndOptions,
): Promise<Model> {
  let model: Model | undefined
  let stopped = options.signal?.aborted ?? false
  if (!stopped) {
    for await (const event of trainingLoop(task, options)) {
      if (event.type === 'step') onStep?.(event.step, event.total ?? event.step, event.loss)
      if (event.type === 'checkpoint') model = event.model
      if (event.type === 'end') stopped = event.reason === 'stopped'
    }
  }
  if (model !== undefined && !stopped) return model
  throw interrupted(options.signal, `${what} was stopped`)
}
