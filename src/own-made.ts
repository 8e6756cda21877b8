/** What a function of the user's own makes. Its faults are said to be its own, not taken for ours. */
import { isTweedieError, TweedieError } from './errors.ts'

/**
 * Calls a function of the user's own, and checks that what comes has what is needed.
 *
 * @param what which part it is, such as `the sampler mine`
 * @param needs the methods that it must have, or lists of such as stand in for each other
 * @throws TweedieError `usage` where the function throws, or makes something else
 * @example
 * const network = ownMade('the network Wave', () => make(config), ['build'])
 */
export function ownMade<T>(what: string, make: () => T, needs: readonly (string | readonly string[])[]): T {
  const made = attempt(what, make)
  const missing = needs.map((need) => [need].flat()).find((names) => !names.some((name) => has(made, name)))
  if (missing === undefined) return made
  const got = typeof made === 'object' && made !== null ? 'an object without it' : String(made)
  throw new TweedieError('usage', `${what} of your own has no ${missing.join(' or ')}: got ${got}`, {
    hint: `its function must return an object that has the ${needs.length > 1 ? 'methods' : 'method'} ${needs.map((need) => [need].flat().join(' or ')).join(', ')}`,
  })
}

/** The tensor that code of the user's own makes. @throws TweedieError `usage` where it throws, or makes something else */
export function ownTensor<T extends { readonly shape: readonly number[] }>(what: string, make: () => T): T {
  const made = attempt(what, make)
  if (Array.isArray((made as T | undefined)?.shape)) return made
  throw new TweedieError('usage', `${what} of your own returns ${String(made)}, which is no tensor of the graph`, {
    hint: "return what the functions of 'tweedie/graph' make",
  })
}

/** The number that a function of the user's own makes. @throws TweedieError `usage` where it throws, or makes something else */
export function ownNumber(what: string, make: () => number): number {
  const made: unknown = attempt(what, make)
  if (typeof made === 'number' && made >= 0) return made
  throw new TweedieError('usage', `${what} of your own returns ${String(made)}: it must be a number of at least 0`)
}

function attempt<T>(what: string, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw ownFault(what, cause)
  }
}

/** The error of a function of the user's own, with its name; errors of ours stay as they are. */
export function ownFault(what: string, cause: unknown): TweedieError {
  if (isTweedieError(cause)) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const place = placeOf(cause)
  return new TweedieError('usage', `${what} of your own: ${message.split('\n')[0]}`, {
    ...(place !== undefined && { hint: `its code threw this, at ${place}` }),
    cause,
  })
}

/** Where an error was thrown: file, line and column of the first call that is in no package. */
export function placeOf(error: unknown): string | undefined {
  const calls = error instanceof Error ? (error.stack ?? '').split('\n') : []
  return calls
    .filter((line) => !/[\\/]node_modules[\\/]/.test(line))
    .map((line) => /(?:\(|at )(?:file:\/\/)?((?:\/|[A-Z]:)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1])
    .find((place) => place !== undefined)
}

function has(made: unknown, name: string): boolean {
  return typeof (made as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function'
}
