/// <reference lib="esnext.disposable" preserve="true" />
/** The averaged weights that were best on held-out items so far. */
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { Checkpoint } from './checkpoint.ts'
import { heldOutLoss, type HeldOutLoss } from './held-out-loss.ts'
import type { TrainProblem, TrainState } from './problem.ts'
import { movedTo } from './state.ts'

/** When they were best, and how good. */
export interface BestMoment {
  readonly step: number
  /** The mean loss of the held-out items. */
  readonly loss: number
}

/** What one look at the held-out items found. */
export interface Judged extends BestMoment {
  /** The best so far, this one included. */
  readonly best: BestMoment
}

/** Looks in a run: the first after a twentieth of it, the last at its end. */
const looks = 20
/**
 * A look takes the loss of at most so many items, and of at most such a share of those that are trained on between two looks: without gradients
 * that is a twentieth of the time. It takes one batch at least.
 */
const mostItems = 1024
const shareOfItems = 0.15

/** What is kept between two sessions, as JSON. */
export interface BestProgress {
  readonly moment: BestMoment | undefined
  /** Batches that a look takes; those of the first look are those of all, for losses of other items cannot be compared. */
  readonly batches: number
  readonly step: number
}

/** Keeps the best weights of a run. */
export interface BestKeeper extends Disposable {
  readonly moment: BestMoment | undefined
  /** Whether it is time for a look, where the run has so many steps in all as far as is known. */
  isDue(step: number, total: number | undefined): boolean
  /** Looks at the averaged weights. */
  look(state: TrainState, total: number): Promise<Judged>
  /** The state with the best average in place of the present one; as it is before the first look. */
  best(state: TrainState): TrainState
  /** For a checkpoint. */
  saved(): { readonly progress: BestProgress | undefined; readonly average: Float32Array | undefined }
}

/**
 * Ready to keep the best.
 *
 * @param held the problem of the held-out items, its batches of `size` items @param itemsPerStep of training
 * @param from a checkpoint that the run goes on from
 */
export function bestKeeper(
  held: { readonly problem: TrainProblem; readonly size: number },
  itemsPerStep: number,
  engine: Engine,
  options: SessionOptions,
  from: Checkpoint | undefined,
): BestKeeper {
  const before = from?.run.best as BestProgress | undefined
  let average = before && from?.best && movedTo(held.problem.parts, from.tensors, from.best)
  let moment = average && before?.moment
  let batches = before?.batches
  let step = before?.step ?? 0
  let loss: Promise<HeldOutLoss> | undefined

  return {
    get moment() {
      return moment
    },
    isDue: (now, total) =>
      total !== undefined && now > step && Math.floor((looks * now) / total) > Math.floor((looks * step) / total),
    async look(state, total) {
      batches ??= batchesOf(held, (itemsPerStep * total) / looks)
      loss ??= heldOutLoss(held.problem, { batches, size: held.size }, engine, options)
      const found = await (await loss).of(state.average)
      step = state.step
      const isBetter = moment === undefined || Number.isNaN(moment.loss) || found < moment.loss
      if (isBetter) {
        moment = { step, loss: found }
        average ??= new Float32Array(state.average.length)
        average.set(state.average)
      }
      return { step, loss: found, best: moment! }
    },
    best: (state) => (average && moment ? { ...state, step: moment.step, average } : state),
    saved: () => ({ progress: batches === undefined ? undefined : { moment, batches, step }, average }),
    [Symbol.dispose]: () => void loss?.then((made) => made[Symbol.dispose]()),
  }
}

function batchesOf(
  { problem, size }: { readonly problem: TrainProblem; readonly size: number },
  between: number,
): number {
  const wanted = Math.min(mostItems, problem.items, shareOfItems * between)
  return Math.max(1, Math.round(wanted / size))
}
