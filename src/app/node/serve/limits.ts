/** Limits of one request. */
import type { ValuesOf } from '../../../options.ts'
import { options, real, whole } from '../../../options.ts'
import { ServeError } from './problem.ts'

const group = 'Limits'

/** The options. */
export const limitOptions = options({
  maxCount: { flags: '--max-count <n>', help: 'items in one request (default: 64)', parse: whole(), group },
  maxSteps: { flags: '--max-steps <n>', help: 'steps in one request (default: 1000)', parse: whole(), group },
  maxBody: { flags: '--max-body <MB>', help: 'size of a request (default: 16)', parse: real({ min: 0.001 }), group },
  maxWaiting: {
    flags: '--max-waiting <n>',
    help: 'requests that wait; more are refused (default: 256)',
    parse: whole(),
    group,
  },
  maxSeconds: {
    flags: '--max-seconds <s>',
    help: 'from a request to its answer (default: 300)',
    parse: real({ min: 0.001 }),
    group,
  },
  batch: {
    flags: '--batch <n>',
    help: 'items that are drawn at once, of several requests (default: 32)',
    parse: whole(),
    group,
  },
})

/** The limits. */
export type Limits = { readonly [Name in keyof ValuesOf<typeof limitOptions>]-?: number }

/** Limits with their defaults. */
export function limitsOf(values: ValuesOf<typeof limitOptions>): Limits {
  const { maxCount = 64, maxSteps = 1000, maxBody = 16, maxWaiting = 256, maxSeconds = 300, batch = 32 } = values
  return { maxCount, maxSteps, maxBody, maxWaiting, maxSeconds, batch }
}

/** @throws ServeError 413 for more items or steps than allowed */
export function requireWithin(limits: Limits, { count = 1, steps = 0 }: { count?: number; steps?: number }): void {
  if (count > limits.maxCount) throw tooMuch(`\`count\` is ${count}`, limits.maxCount)
  if (steps > limits.maxSteps) throw tooMuch(`\`steps\` is ${steps}`, limits.maxSteps)
}

function tooMuch(what: string, most: number): ServeError {
  return new ServeError(413, 'too-much', `${what}: at most ${most} here`, { hint: 'ask several times' })
}

/**
 * The body of a request as JSON.
 *
 * @throws ServeError 413 for a larger one, 415 for another type, 400 for what is no JSON
 */
export async function jsonBody(request: Request, { maxBody }: Limits): Promise<unknown> {
  const type = request.headers.get('content-type') ?? 'application/json'
  if (!/^application\/json\b/i.test(type)) {
    throw new ServeError(415, 'media-type', `the body is ${type}`, { hint: 'send application/json' })
  }
  const most = maxBody * 1e6
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge(maxBody)
  const parts: Uint8Array[] = []
  let size = 0
  // A body may be longer than it says, or not say.
  for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > most) throw tooLarge(maxBody)
    parts.push(part)
  }
  const text = Buffer.concat(parts).toString('utf8')
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new ServeError(400, 'json', `the body is no JSON: ${(error as Error).message}`)
  }
}

function tooLarge(maxBody: number): ServeError {
  return new ServeError(413, 'too-large', `the body is larger than ${maxBody} MB`)
}
