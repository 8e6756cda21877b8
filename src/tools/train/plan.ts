/**
 * The number of steps of a budget. Minutes are turned into steps by the pace of the first ones, and again during
 * training if the pace has changed: so the time is used up, and the learning rate reaches its end just in time.
 */
import type { Budget } from './spec.ts'

/** The state of a plan, as JSON for checkpoints. */
export interface Plan {
  /** The step at which training ends; undefined until the pace is known. */
  readonly total: number | undefined
  /** Milliseconds a step, as measured when it was planned. */
  readonly pace: number | undefined
  /** Where the present measurement began: a step, and the milliseconds trained until then. */
  readonly since: { readonly step: number; readonly elapsed: number }
  /** The point from which the learning rate goes on: a step, and the share of its decay, in [0, 1], done by then. */
  readonly anchor?: { readonly step: number; readonly fallen: number } | undefined
}

/** The progress so far of a resumed run. */
export interface Made {
  readonly step: number
  /** Milliseconds trained. */
  readonly elapsed: number
}

/** The first steps, which are not timed: memory is still being allocated. */
const unmeasured = 3
/** The steps that are timed before the first plan, unless they take more than a twentieth of the budget. */
const measured = 20
/** The steps that are timed at least before the plan is made again. */
const measuredAgain = 3
/** The share of the remaining time after which the pace is measured again: more often near the end. */
const window = 0.1
/** The relative change of the remaining steps that is worth a new plan. */
const tolerance = 0.04

/** The plan before the first step of a run, or of an extension of one. */
export function firstPlan(budget: Budget, batch: number, items: number, made?: Made): Plan {
  const since = made ? { step: made.step, elapsed: made.elapsed } : { step: 0, elapsed: 0 }
  const plan = { total: stepsOf(budget, batch, items), pace: undefined, since }
  if (!made || !('minutes' in budget)) return plan
  return { ...plan, anchor: { step: made.step, fallen: Math.min(1, made.elapsed / deadlineOf(budget)) } }
}

/** The steps of a budget in steps or epochs. */
export function stepsOf(budget: Budget, batch: number, items: number): number | undefined {
  if ('steps' in budget) return budget.steps
  return 'epochs' in budget ? Math.ceil((budget.epochs * items) / batch) : undefined
}

/** The milliseconds of a budget; the last 2 % (at most 4 s) are for saving. */
export function deadlineOf(budget: Budget): number {
  if (!('minutes' in budget)) return Infinity
  const all = budget.minutes * 60_000
  return all - Math.min(4000, 0.02 * all)
}

/** Before the pace is known the learning rate must not fall yet. */
export const noEnd = 2 ** 52

/**
 * The share of the learning rate's decay, in [0, 1], that is done at a step.
 *
 * @param rising steps of warm-up, in which the learning rate does not fall yet
 */
export function fallenAt({ total = noEnd, anchor }: Plan, rising: number, step: number): number {
  const from = Math.max(rising, anchor?.step ?? 0)
  const before = anchor?.fallen ?? 0
  return before + (1 - before) * Math.min(1, Math.max(0, step - from) / Math.max(1, total - from))
}

/**
 * The plan after a step.
 *
 * @param step steps made
 * @param elapsed milliseconds trained
 * @param rising steps of warm-up
 * @returns the same object if nothing is to be changed
 */
export function replan(plan: Plan, budget: Budget, step: number, elapsed: number, rising = 0): Plan {
  const { since, total } = plan
  const deadline = deadlineOf(budget)
  const steps = step - since.step
  const pace = (elapsed - since.elapsed) / steps
  const at = { step, elapsed }
  if (plan.pace === undefined) {
    if (step === unmeasured) return { ...plan, since: at }
    const last = total !== undefined && step >= total
    const enough = steps >= measured || (steps >= 2 && elapsed > deadline / 20)
    return step > unmeasured && (enough || last) ? planned(plan, at, pace, deadline, rising) : plan
  }
  const due = since.elapsed + window * (deadline - since.elapsed)
  if (deadline === Infinity || elapsed < due || steps < measuredAgain) return plan
  const next = { ...plan, since: at }
  const left = stepsLeft(at, pace, deadline)
  const change = Math.abs(step + left - total!)
  return change > Math.max(1, tolerance * left) ? planned(next, at, pace, deadline, rising) : next
}

function planned(plan: Plan, at: Made, pace: number, deadline: number, rising: number): Plan {
  if (deadline === Infinity) return { ...plan, pace, since: at }
  const anchor = { step: at.step, fallen: fallenAt(plan, rising, at.step) }
  return { ...plan, total: at.step + stepsLeft(at, pace, deadline), pace, since: at, anchor }
}

function stepsLeft({ elapsed }: Made, pace: number, deadline: number): number {
  return Math.max(1, Math.floor((deadline - elapsed) / pace))
}
