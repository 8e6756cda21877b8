/** Errors as plain data: they cross between a page and its worker, and keep their code and hint. */
import { isTweedieError, type ErrorCode, TweedieError } from '../../../errors.ts'

/** An error that can be cloned. */
export interface PlainError {
  /** Undefined for errors that are not tweedie's. */
  readonly code: ErrorCode | undefined
  readonly name: string
  readonly message: string
  readonly hint: string | undefined
  readonly stack: string | undefined
}

/** What browsers say of a module that their server does not have any more. */
const unloaded = /dynamically imported module|importing a module script failed/i

/** Makes an error plain. */
export function plainError(error: unknown): PlainError {
  const known = isTweedieError(error)
  const thrown = error instanceof Error ? error : new Error(String(error))
  const { name, message, stack } = thrown
  if (!known && unloaded.test(message)) {
    return {
      code: 'device',
      name,
      message: `a part of the program does not load: ${message}`,
      hint: 'load the page anew: its server has newer files, or is out of reach',
      stack,
    }
  }
  return { code: known ? error.code : undefined, name, message, hint: known ? error.hint : undefined, stack }
}

/** The error again; one that is not tweedie's becomes `internal`, with its name before its message. */
export function errorOf({ code, name, message, hint, stack }: PlainError): TweedieError {
  const error =
    code === undefined
      ? new TweedieError('internal', `${name}: ${message}`, { hint })
      : new TweedieError(code, message, { hint })
  if (stack !== undefined) error.stack = stack
  return error
}
