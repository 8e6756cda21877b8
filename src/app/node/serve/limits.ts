/** Limits of one request. */
import { ServeError } from './problem.ts'

/** The limits. */
export interface Limits {
  /** Items in one request. */
  readonly maxCount: number
  /** Items in one evaluation of a bare network. */
  readonly maxItems: number
  /** Steps in one request. */
  readonly maxSteps: number
  /** The size of a request's body, in MB. */
  readonly maxBody: number
  /** Requests that wait. */
  readonly maxWaiting: number
  /** From a request to its answer. */
  readonly maxSeconds: number
  /** Items that are drawn at once, of several requests. */
  readonly batch: number
}

/** What holds where nothing is said. */
export const usualLimits: Limits = Object.freeze({
  maxCount: 64,
  maxItems: 1024,
  maxSteps: 1000,
  maxBody: 16,
  maxWaiting: 256,
  maxSeconds: 300,
  batch: 64,
})

/** @throws ServeError 413 for more items or steps than allowed */
export function requireWithin(
  limits: Limits,
  { count = 1, steps = 0, items = 1 }: { count?: number; steps?: number; items?: number },
): void {
  if (items > limits.maxItems) throw tooMuch(`a batch of ${items}`, limits.maxItems)
  if (count > limits.maxCount) throw tooMuch(`\`count\` is ${count}`, limits.maxCount)
  if (steps > limits.maxSteps) throw tooMuch(`\`steps\` is ${steps}`, limits.maxSteps)
}

function tooMuch(what: string, most: number): ServeError {
  return new ServeError(413, 'too-much', `${what}: at most ${most} here`, { hint: 'ask several times' })
}
