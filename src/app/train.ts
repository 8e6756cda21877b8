/**
 * Training of any family's model from the first step to the last, as a stream of events. Nothing is written here: a `checkpoint`
 * event carries what there is to save, and training goes on when the next event is asked for.
 */
import type { Engine } from '../engine/runtime/session.ts'
import type { AnyModel } from '../families/any-model.ts'
import type { EmbeddingModel } from '../families/embeddings/model.ts'
import { problemOf } from '../families/problem-of.ts'
import type { AnyTrainSpec, EmbeddedTrainSpec, TokenTrainSpec } from '../families/spec.ts'
import type { TokenModel } from '../families/tokens/model.ts'
import type { Model } from '../families/values/model.ts'
import { type LoopEvent, type LoopOptions, trainingLoop } from '../tools/train/loop.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { itemsPerStep } from '../tools/train/spec.ts'
import { type Task, type Trainer, trainerOf, type TrainerOptions } from '../tools/train/trainer.ts'

/** What to train, on what, and how often to hear of it. */
export interface TrainOptions<Spec extends AnyTrainSpec = AnyTrainSpec> extends LoopOptions {
  readonly spec: Spec
  readonly dataset: TrainData
}

/** What happens in training. */
export type TrainEvent<M extends AnyModel = AnyModel> = LoopEvent<M>

/** The model that a specification leads to. */
export type ModelOf<Spec extends AnyTrainSpec> = Spec extends TokenTrainSpec
  ? TokenModel
  : Spec extends EmbeddedTrainSpec
    ? EmbeddingModel
    : Model

/**
 * Trains. The last event is `end`, before it comes a `checkpoint`; breaking out of the loop releases everything.
 *
 * @throws TweedieError `diverged` at a loss that is not finite; and whatever makes training impossible from the start
 * @example
 * const spec = defaultSpec({ ...dataset, classes: classCount(dataset) }, { budget: { steps: 1000 } })
 * for await (const event of train({ spec, dataset, engine })) {
 *   if (event.type === 'log') console.log(event.line.step, event.line.loss)
 * }
 */
export function train<Spec extends AnyTrainSpec>({
  spec,
  dataset,
  ...options
}: TrainOptions<Spec>): AsyncGenerator<TrainEvent<ModelOf<Spec>>> {
  return trainingLoop(taskOf(spec, dataset), options)
}

/**
 * Compiles the training step of a specification.
 *
 * @throws TweedieError `usage` for a specification that makes no sense, `shape` or `model` where the data do not fit
 */
export function createTrainer<Spec extends AnyTrainSpec>(
  spec: Spec,
  data: TrainData,
  engine: Engine,
  options: TrainerOptions = {},
): Promise<Trainer<Spec, ModelOf<Spec>>> {
  return trainerOf(taskOf(spec, data), engine, options)
}

function taskOf<Spec extends AnyTrainSpec>(spec: Spec, data: TrainData): Task<Spec, ModelOf<Spec>> {
  const { seed: _, budget: __, ...rest } = spec
  const whole = { ...spec, batch: itemsPerStep(spec) }
  return {
    spec,
    problem: () => problemOf(whole, data) as ReturnType<Task<Spec, ModelOf<Spec>>['problem']>,
    purpose: JSON.stringify(['train', rest, data.kind, data.shape]),
  }
}
