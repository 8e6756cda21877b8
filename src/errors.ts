/**
 * Every error that tweedie raises on purpose: a stable code, the value at fault, what is allowed and how to fix it.
 * The code decides the process's exit status (see {@link exitCodes}).
 */

/**
 * Stable error codes.
 * - `usage` — an option, argument or combination that makes no sense
 * - `shape` — tensor shapes or dtypes that do not fit
 * - `data` — a data file or folder that is missing, broken or of the wrong kind
 * - `model` — a model folder, checkpoint or weights file that is missing, broken or of another architecture
 * - `device` — no such device, or the runtime refused
 * - `diverged` — a loss or a sample that is no longer finite
 * - `exists` — something would be overwritten
 * - `interrupted` — stopped on request
 * - `system` — the operating system refused: a full disk, too many open files
 * - `internal` — a bug in tweedie
 */
export type ErrorCode =
  | 'usage'
  | 'shape'
  | 'data'
  | 'model'
  | 'device'
  | 'diverged'
  | 'exists'
  | 'interrupted'
  | 'system'
  | 'internal'

/** The exit status of a process that ends with an error of this code. */
export const exitCodes: Readonly<Record<ErrorCode, number>> = Object.freeze({
  usage: 2,
  shape: 3,
  data: 3,
  model: 3,
  device: 4,
  diverged: 1,
  exists: 2,
  interrupted: 130,
  system: 1,
  internal: 1,
})

/** An error with a stable code and an optional hint, one line, that says how to fix it. */
export class TweedieError extends Error {
  override readonly name = 'TweedieError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  /**
   * @param code one of {@link ErrorCode}
   * @param message the value at fault and what is allowed @param options `hint`: how to fix it; `cause`: the error
   * behind this one
   */
  constructor(code: ErrorCode, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

/** Whether a value is a {@link TweedieError}, of the given code if one is given. */
export function isTweedieError(value: unknown, code?: ErrorCode): value is TweedieError {
  return value instanceof TweedieError && (code === undefined || value.code === code)
}
