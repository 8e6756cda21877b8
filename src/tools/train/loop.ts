/**
 * Training from the first step to the last, as a stream of events. Nothing is written here: a `checkpoint` event
 * carries the state to save, and training goes on when the caller asks for the next event.
 */
import { TweedieError } from '../../errors.ts'
import type { LearningRate } from '../../engine/optim/learning-rate.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { BestKeeper, Judged } from './best.ts'
import type { Checkpoint } from './checkpoint.ts'
import { trainingMemory } from './estimate.ts'
import { plannedRate } from './learning-rate.ts'
import { addStep, emptyWindow, summarise } from './loss-window.ts'
import type { LogLine, LossWindow } from './loss-window.ts'
import { frozenSums, tensorsOf } from './parts.ts'
import type { TrainState } from './problem.ts'
import { alone, type Ranks } from './ranks.ts'
import { deadlineOf, firstPlan, replan } from './plan.ts'
import type { Plan } from './plan.ts'
import { continuedSession, differences, recordSession, type SessionRecord } from './session-record.ts'
import { type BaseSpec, itemsPerStep } from './spec.ts'
import { type Task, trainerOf, type TrainerOptions } from './trainer.ts'

/** How to train, and how often to report. */
export interface LoopOptions extends Omit<TrainerOptions, 'from' | 'portion'> {
  readonly engine: Engine
  /**
   * Where to continue from. Its specification may differ from `spec` in what does not change the network. Device and threads are
   * those that it was trained with, unless others are named.
   */
  readonly from?: Checkpoint | undefined
  /** The learning rate, in place of the specification's. */
  readonly rate?: LearningRate | undefined
  /** Steps between two lines of the log; default 20. */
  readonly logEvery?: number | undefined
  /** Steps between two checkpoints; default about a minute's. */
  readonly checkpointEvery?: number | undefined
  /** Whether there is a checkpoint before the first step; default: unless it continues from one. */
  readonly checkpointFirst?: boolean | undefined
  /** Stops after the current step; a checkpoint follows. */
  readonly signal?: AbortSignal | undefined
  /** A clock in milliseconds; default `performance.now`. */
  readonly clock?: (() => number) | undefined
  /** The caller's own data for the checkpoint, as JSON. */
  readonly run?: Readonly<Record<string, unknown>> | undefined
}

/** What happens in training. */
export type LoopEvent<M = unknown> =
  | {
      /** A remark for people: that this machine has fewer cores than the run began with, or what is wrong with the trained model. */
      readonly type: 'remark'
      readonly text: string
    }
  | {
      readonly type: 'ready'
      /** Steps made before. */
      readonly step: number
      readonly parameters: number
      /** Estimated bytes. */
      readonly memory: number
      /** As in a step. */
      readonly model: () => Promise<M>
      readonly kept: () => Promise<M>
      readonly checkpoint: () => Promise<Checkpoint>
    }
  | {
      /**
       * The pace is known, or has changed so much that the number of steps differs by a tenth from the last one
       * reported.
       */
      readonly type: 'plan'
      readonly step: number
      readonly total: number
      readonly epochs: number
      readonly msPerStep: number
    }
  | {
      readonly type: 'step'
      readonly step: number
      /** Undefined until the pace of a budget in minutes is known. */
      readonly total: number | undefined
      readonly loss: number
      readonly rate: number
      readonly seconds: number
      /** The model as it is now, brought back from the device if it is there; its weights change with the next step. */
      readonly model: () => Promise<M>
      /** The model that a checkpoint made now would come with: of the best weights, where those are kept. */
      readonly kept: () => Promise<M>
      /** The state as it is now, likewise; its arrays change with the next step. */
      readonly checkpoint: () => Promise<Checkpoint>
    }
  | { readonly type: 'log'; readonly line: LogLine }
  | ({
      /** The held-out items were looked at. */
      readonly type: 'held-out'
    } & Judged)
  | {
      /** To be saved now: the arrays change with the next step. */
      readonly type: 'checkpoint'
      readonly checkpoint: Checkpoint
      readonly model: M
    }
  | { readonly type: 'end'; readonly reason: 'finished' | 'stopped'; readonly step: number; readonly seconds: number }

/** The state of {@link trainingLoop} between two sessions, besides the trainer's. */
interface Progress {
  readonly elapsed: number
  readonly plan: Plan
  readonly window: LossWindow
}

const minute = 60_000

const now = (): number => performance.now()

/**
 * Trains. The last event is `end`, before it comes a `checkpoint`; breaking out of the loop releases everything.
 *
 * @throws TweedieError `diverged` at a loss that is not finite; other codes if training is impossible from the start
 */
export async function* trainingLoop<Spec extends BaseSpec, Model>(
  task: Task<Spec, Model>,
  options: LoopOptions,
): AsyncGenerator<LoopEvent<Model>> {
  const { spec } = task
  const {
    engine,
    from,
    signal,
    logEvery = 20,
    checkpointEvery,
    rate: ownRate,
    clock = now,
    run,
    checkpointFirst = !from,
    ranks,
    ...others
  } = options
  const items = itemsPerStep(spec)
  const rising = spec.optimizer.warmup
  const before = from?.run.progress as Progress | undefined
  const begin = clock() - (before?.elapsed ?? 0)
  const elapsed = (): number => clock() - begin
  const recorded = from && (await import('./parse-session-record.ts')).sessionOf(from.run.session)
  const wanted = continuedSession(recorded, others)
  using trainer = await trainerOf(task, engine, { ...others, ...wanted, ranks, from })
  const session = recordSession(trainer.session, wanted, run?.session as SessionRecord | undefined)
  for (const text of differences(recorded, session)) yield { type: 'remark', text }
  for (const text of trainer.remarks) yield { type: 'remark', text }
  const { state, layout, problem, portion } = trainer
  const memory = trainingMemory(problem, portion)
  let window = before ? structuredClone(before.window) : emptyWindow()
  const sameBudget = JSON.stringify(from?.spec.budget) === JSON.stringify(spec.budget)
  const made = from && { step: state.step, elapsed: elapsed() }
  let plan = before && sameBudget ? before.plan : firstPlan(spec.budget, items, problem.items, made)
  let saved = { step: state.step, at: elapsed() }
  let logged = { step: state.step, at: elapsed() }

  /** The number of steps reported last. */
  let reported = plan.pace === undefined ? undefined : plan.total

  let facts = {}
  const held = spec.keepBest ? await heldProblem(task, ranks) : undefined
  using keeper: BestKeeper | undefined =
    held && (await import('./best.ts')).bestKeeper(held, items, engine, wanted, from)
  /** The model of a state. */
  const snapshot = (from: TrainState, more = {}): Model | Promise<Model> =>
    problem.snapshot(from, { minutes: round(elapsed() / minute, 3), ...facts, ...more })
  const model = async (): Promise<Model> => {
    await trainer.bringBack()
    return snapshot(state)
  }
  const kept = async (): Promise<Model> => {
    await trainer.bringBack()
    const { moment } = keeper ?? {}
    if (!moment) return snapshot(state)
    return snapshot(keeper!.best(state), { heldOutLoss: round(moment.loss, 6), stepsMade: state.step })
  }
  const tensors = tensorsOf(problem.parts)
  const frozen = frozenSums(problem.parts)
  const optimizer = trainer.optimizer.name
  const present = (): Checkpoint => {
    const progress: Progress = { elapsed: elapsed(), plan, window }
    const { progress: best, average } = keeper?.saved() ?? {}
    const looked = best && { best }
    return { spec, state, tensors, best: average, frozen, optimizer, run: { ...run, session, progress, ...looked } }
  }
  const checkpointNow = async (): Promise<Checkpoint> => {
    await model()
    return present()
  }
  const checkpoint = async (): Promise<LoopEvent<Model>> => {
    const made = await kept()
    saved = { step: state.step, at: elapsed() }
    return { type: 'checkpoint', checkpoint: present(), model: made }
  }
  /** The loss of held-out items since the last line of the log. */
  let seen: number | undefined
  const look = async (total: number): Promise<LoopEvent<Model>> => {
    await trainer.bringBack()
    const judged = await keeper!.look(state, total)
    seen = judged.loss
    return { type: 'held-out', ...judged }
  }
  const log = (rate: number): LoopEvent<Model> => {
    const [step, at] = [trainer.made, elapsed()]
    // A clock may stand still between two steps, and JSON has no infinity.
    const itemsPerSecond = round(((step - logged.step) * items * 1000) / Math.max(0.01, at - logged.at), 1)
    const epoch = round((step * items) / problem.items, 3)
    const means = { ...summarise(window), ...(seen !== undefined && { heldOut: seen }) }
    seen = undefined
    const line = { step, epoch, ...means, rate, itemsPerSecond, seconds: round(at / 1000, 2) }
    logged = { step, at }
    window = emptyWindow()
    return { type: 'log', line }
  }

  yield { type: 'ready', step: state.step, parameters: layout.size, memory, model, kept, checkpoint: checkpointNow }
  if (checkpointFirst) yield await checkpoint()
  const over = (): boolean => trainer.made >= (plan.total ?? Infinity) || elapsed() >= deadlineOf(spec.budget)
  const stopped = (): boolean => signal?.aborted ?? false
  let rate = 0
  while (!over() && !stopped()) {
    const report = await trainer.step(ownRate ?? plannedRate(spec, plan))
    const { step, loss } = report
    rate = report.rate
    addStep(window, report, problem.levels)
    const next = replan(plan, spec.budget, step, elapsed(), rising)
    if (
      next.total !== undefined &&
      next.pace !== undefined &&
      next.pace !== plan.pace &&
      isNews(next.total, reported)
    ) {
      reported = next.total
      const epochs = round((next.total * items) / problem.items, 2)
      yield { type: 'plan', step, total: next.total, epochs, msPerStep: round(next.pace, 2) }
    }
    plan = next
    yield {
      type: 'step',
      step,
      total: plan.total,
      loss,
      rate,
      seconds: elapsed() / 1000,
      model,
      kept,
      checkpoint: checkpointNow,
    }
    if (keeper && (over() || keeper.isDue(step, plan.total))) yield await look(plan.total ?? step)
    if (step % logEvery === 0) yield log(rate)
    const due = checkpointEvery ? step % checkpointEvery === 0 : elapsed() - saved.at > minute
    if (due && !over()) yield await checkpoint()
  }
  const finished = over()
  if (finished && window.steps > 0) yield log(rate)
  if (finished && problem.review) {
    await trainer.bringBack()
    const review = await problem.review(keeper?.best(state) ?? state, engine, wanted)
    facts = review.facts
    for (const text of review.remarks) yield { type: 'remark', text }
  }
  yield await checkpoint()
  yield {
    type: 'end',
    reason: finished ? 'finished' : 'stopped',
    step: state.step,
    seconds: round(elapsed() / 1000, 2),
  }
}

/** The held-out problem of a run that keeps its best weights; none in processes that only compute. @throws TweedieError `usage` */
async function heldProblem({ heldOut }: Task<BaseSpec, unknown>, { rank }: Ranks = alone) {
  if (rank > 0) return undefined
  if (heldOut) return { size: heldOut.size, problem: await heldOut.problem() }
  throw new TweedieError('usage', '`keepBest` watches items that training does not see, and none are given', {
    hint: '`heldOut`: data like those of training',
  })
}

/** Whether a number of steps differs enough from the one reported last to report it again. */
function isNews(total: number, reported: number | undefined): boolean {
  return reported === undefined || Math.abs(total - reported) > 0.1 * reported
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
