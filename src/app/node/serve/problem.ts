/** Errors as problem details (RFC 9457). */
import { type ErrorCode, isTweedieError } from '../../../errors.ts'

/** What a client is told of an error. */
export interface Problem {
  /** `about:blank`, or a name of the kind of error: `tweedie:usage`. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** The code of the library's errors, or one of the server's own. */
  readonly code: string
  readonly detail: string
  /** How to mend it. */
  readonly hint?: string | undefined
}

/** An answer that is an error of the server's own: a full queue, a model that is not there, a body that is too large. */
export class ServeError extends Error {
  override readonly name = 'ServeError'
  readonly status: number
  readonly code: string
  readonly hint: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    { hint, headers = {} }: { readonly hint?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.hint = hint
    this.headers = headers
  }
}

/** The status of an error of the library. */
const statuses: Readonly<Record<ErrorCode, number>> = {
  usage: 400,
  shape: 422,
  data: 422,
  model: 500,
  device: 503,
  diverged: 500,
  exists: 409,
  interrupted: 503,
  system: 503,
  internal: 500,
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request makes no sense',
  401: 'A token is needed',
  404: 'There is no such thing here',
  405: 'Not in this way',
  406: 'It cannot be had in that format',
  409: 'It is there already',
  413: 'The request is too large',
  415: 'The body is of another type',
  422: 'What was sent cannot be used',
  429: 'Too much is asked for at once',
  500: 'Something went wrong here',
  503: 'Not now',
  504: 'It took too long',
}

/** The problem of an error. What happened inside is not told: paths and the like may be in it. */
export function problemOf(error: unknown): Problem {
  const own = error instanceof ServeError ? error : undefined
  const known = isTweedieError(error) ? error : undefined
  const status = own?.status ?? (known ? statuses[known.code] : 500)
  const code = own?.code ?? known?.code ?? 'internal'
  const isOurs = status < 500 || own !== undefined
  return {
    type: `tweedie:${code}`,
    title: titles[status] ?? 'An error',
    status,
    code,
    detail: isOurs ? (error as Error).message : `${titles[status] ?? 'An error'}; the server's log has more`,
    ...(isOurs && { hint: own?.hint ?? known?.hint }),
  }
}

/** Its response. */
export function problemResponse(error: unknown): Response {
  const { hint, ...problem } = problemOf(error)
  return new Response(JSON.stringify({ ...problem, ...(hint !== undefined && { hint }) }), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...(error instanceof ServeError && error.headers) },
  })
}
