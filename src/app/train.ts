/**
 * Training of any family's model from the first step to the last, as a stream of events. Nothing is written here: a
 * `checkpoint` event carries the state to save, and training goes on when the caller asks for the next event.
 */
import type { Engine } from '../engine/runtime/session.ts'
import type { FamilyModel, Later, OwnParts, SpecFor } from '../families/family.ts'
import { entryOfSpec } from '../families/registry.ts'
import { isArrays } from '../files/data/any-dataset.ts'
import { batchIndices } from '../files/data/batches.ts'
import { streamsOf } from '../tools/train/draws.ts'
import { type LoopEvent, type LoopOptions, trainingLoop } from '../tools/train/loop.ts'
import type { TrainData, TrainProblem } from '../tools/train/problem.ts'
import { itemsPerStep } from '../tools/train/spec.ts'
import { type Task, type Trainer, trainerOf, type TrainerOptions } from '../tools/train/trainer.ts'

/** What to train, on which data, and how often to report. */
export interface TrainOptions<Model = FamilyModel> extends LoopOptions {
  readonly spec: SpecFor<Model>
  readonly dataset: TrainData
  /** Items that training does not see, prepared as `dataset` is: needed by a specification with `keepBest`. */
  readonly heldOut?: TrainData | undefined
  /** The user's own parts that the specification names. */
  readonly own?: OwnParts | undefined
}

/** What happens in training. */
export type TrainEvent<Model = FamilyModel> = LoopEvent<Model>

/**
 * Trains. The last event is `end`, before it comes a `checkpoint`; breaking out of the loop releases everything.
 *
 * @throws TweedieError `diverged` at a loss that is not finite, and other codes if training is impossible from the
 * start
 * @example
 * const spec = defaultSpec({ ...dataset, classes: classCount(dataset) }, { budget: { steps: 1000 } })
 * for await (const event of train({ spec, dataset, engine })) {
 *   if (event.type === 'log') console.log(event.line.step, event.line.loss)
 * }
 */
export async function* train<Model extends FamilyModel>({
  spec,
  dataset,
  heldOut,
  own = {},
  ...options
}: TrainOptions<Model>): AsyncGenerator<TrainEvent<Model>> {
  yield* trainingLoop(await taskOf<SpecFor<Model>, Model>(spec, dataset, own, heldOut), options)
}

/**
 * Compiles the training step of a specification.
 *
 * @throws TweedieError `usage` for a specification that makes no sense, `shape` or `model` if the data do not fit
 */
export async function createTrainer<Spec extends SpecFor<FamilyModel>>(
  spec: Spec,
  data: TrainData,
  engine: Engine,
  { own = {}, ...options }: TrainerOptions & { readonly own?: OwnParts } = {},
): Promise<Trainer<Spec, ModelOf<Spec>>> {
  return trainerOf(await taskOf<Spec, ModelOf<Spec>>(spec, data, own), engine, options)
}

/** The model that a specification describes. */
export type ModelOf<Spec> = Spec extends SpecFor<infer Model> ? Model : never

/**
 * The training problem of a specification and data, before anything is compiled. @throws TweedieError if they do not
 * fit together
 */
export async function problemOf<Model>(
  spec: SpecFor<Model>,
  data: TrainData,
  own: OwnParts = {},
): Promise<TrainProblem<Model>> {
  return (await problemMaker<Model>(spec, own))(spec, data)
}

async function taskOf<Spec extends SpecFor<unknown>, Model>(
  spec: Spec,
  data: TrainData,
  own: OwnParts,
  heldOut?: TrainData,
): Promise<Task<Spec, Model>> {
  const make = await problemMaker<Model>(spec, own)
  const { seed: _, budget: __, ...rest } = spec
  const whole = { ...spec, batch: itemsPerStep(spec) }
  return {
    spec,
    problem: async () => readAhead(await make(whole, data), data, whole),
    ...(heldOut && { heldOut: await heldOutTask<Model>(spec, heldOut, own) }),
    purpose: JSON.stringify(['train', rest, data.kind, data.shape]),
  }
}

/** The same problem of other items, in batches of no more than there are. Items of a prior do not judge. */
async function heldOutTask<Model>({ prior: _, ...spec }: SpecFor<unknown>, data: TrainData, own: OwnParts) {
  const isText = data.kind === 'tokens' && data.vocabulary.kind === 'text'
  const size = isText ? spec.batch : Math.min(spec.batch, data.length)
  const judged = { ...spec, batch: size }
  const make = await problemMaker<Model>(judged, own)
  return { size, problem: async () => make(judged, data) }
}

/** A problem that reads the items of later steps from disk, while those of this one are computed. */
function readAhead<Model>(
  problem: TrainProblem<Model>,
  data: TrainData,
  { seed, batch }: Pick<SpecFor<unknown>, 'seed' | 'batch'>,
): TrainProblem<Model> {
  const stored = isArrays(data) ? data.stored : undefined
  if (!stored) return problem
  const { order } = streamsOf({ seed })
  return { ...problem, ahead: (step) => stored.ahead(batchIndices(order, data.length, batch, step)) }
}

/** What makes the problems of specifications like this one; with adapters, if it has them. */
async function problemMaker<Model>(
  { lora, word, prior, ...spec }: SpecFor<unknown>,
  own: OwnParts,
): Promise<(spec: SpecFor<unknown>, data: TrainData) => Later<TrainProblem<Model>>> {
  const family = await entryOfSpec(spec, own).load()
  const plain = async (spec: SpecFor<unknown>, data: TrainData): Promise<TrainProblem<Model>> =>
    (await family.problem(spec, data, own)) as TrainProblem<unknown> as TrainProblem<Model>
  const preserve = prior && (await import('./adapters/preserved.ts')).preserved
  const make: typeof plain = async (spec, data) =>
    preserve ? preserve(await plain(spec, data), spec, data, (of) => plain(spec, of)) : plain(spec, data)
  if (word === undefined && lora === undefined) return make
  const form = await (await import('./adapters/folder-form.ts')).folderForm(family)
  if (word !== undefined) {
    const { wordFrom } = await import('./adapters/word.ts')
    return async (spec, data) => wordFrom(await make(spec, data), spec, data, form, own)
  }
  const { adaptedFrom } = await import('./adapters/adapted.ts')
  return async (spec, data) => adaptedFrom(await make(spec, data), spec, data, form, own)
}
