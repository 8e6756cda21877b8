/**
 * How many steps a budget buys. Steps and epochs say it themselves; minutes are turned into steps from the pace of the
 * first ones, and again on the way if the pace has changed: the learning rate can so reach its end just in time.
 */
import type { Budget } from './spec.ts'

/** A plan under way, as JSON: it goes into checkpoints. */
export interface Plan {
  /** The step at which training ends; undefined until the pace is known. */
  readonly total: number | undefined
  /** Milliseconds a step, as measured when it was planned. */
  readonly pace: number | undefined
  /** Where the measurement began: a step, and the milliseconds trained until then. */
  readonly since: { readonly step: number; readonly elapsed: number }
  /** How many of the {@link marks} have been passed. */
  readonly passed: number
}

/** The first steps, whose time says nothing: memory is still being laid out. */
const unmeasured = 3
/** The steps that are timed before the first plan, unless they take more than a twentieth of the budget. */
const measured = 20
/** The shares of the budget after which the pace is looked at again. */
const marks = [0.1, 0.3, 0.6, 0.85]
/** A change of pace that is worth a new plan. */
const tolerance = 0.05

/** The plan before the first step. */
export function firstPlan(budget: Budget, batch: number, items: number): Plan {
  return { total: stepsOf(budget, batch, items), pace: undefined, since: { step: 0, elapsed: 0 }, passed: 0 }
}

/** The steps of a budget that is no time. */
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

/**
 * The plan after a step.
 *
 * @param step steps made
 * @param elapsed milliseconds trained
 * @returns the same object if nothing is to be changed
 */
export function replan(plan: Plan, budget: Budget, step: number, elapsed: number): Plan {
  const { since, total, passed } = plan
  const deadline = deadlineOf(budget)
  const steps = step - since.step
  const pace = (elapsed - since.elapsed) / steps
  if (plan.pace === undefined) {
    if (step === unmeasured) return { ...plan, since: { step, elapsed } }
    const last = total !== undefined && step >= total
    const enough = steps >= measured || (steps >= 2 && elapsed > deadline / 20)
    return step > unmeasured && (enough || last) ? planned(plan, step, elapsed, pace, deadline) : plan
  }
  if (passed === marks.length || elapsed < marks[passed]! * deadline) return plan
  const next = { ...plan, passed: passed + 1 }
  return Math.abs(pace / plan.pace - 1) > tolerance ? planned(next, step, elapsed, pace, deadline) : next
}

function planned(plan: Plan, step: number, elapsed: number, pace: number, deadline: number): Plan {
  const total = deadline === Infinity ? plan.total : step + Math.max(1, Math.floor((deadline - elapsed) / pace))
  return { ...plan, total, pace, since: { step, elapsed } }
}
