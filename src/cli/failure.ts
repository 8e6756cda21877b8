/** How a command fails: one line that says what is wrong, one that says how to mend it, and the exit status. */
import { CommanderError } from 'commander'
import { exitCodes, TweedieError } from '../errors.ts'

/** What is said and with which status the process ends. */
export interface Failure {
  readonly message: string
  readonly hint: string | undefined
  readonly status: number
}

/** The failure of an error of any kind. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TweedieError) {
    return { message: oneLine(error.message), hint: error.hint, status: exitCodes[error.code] }
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { message: '', hint: undefined, status: 0 }
    const [message, ...rest] = error.message.replace(/^error: /, '').split('\n')
    const near = rest.join(' ').replace(/^\((.*)\)$/, '$1')
    return { message: message!, hint: near || "see 'tweedie --help'", status: exitCodes.usage }
  }
  const message = oneLine(error instanceof Error ? error.message : String(error))
  return { message, hint: 'this was not expected: --debug shows where it happened', status: exitCodes.internal }
}

/** Prints a failure to the standard error. */
export function reportFailure(error: unknown, { debug = false } = {}): number {
  const { message, hint, status } = failureOf(error)
  if (message !== '') process.stderr.write(`tweedie: ${message}\n`)
  if (hint !== undefined) process.stderr.write(`  hint: ${hint}\n`)
  if (debug && error instanceof Error && message !== '') process.stderr.write(`${error.stack}\n`)
  if (debug && error instanceof Error && error.cause) process.stderr.write(`caused by ${inspect(error.cause)}\n`)
  return status
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

function inspect(value: unknown): string {
  return value instanceof Error ? (value.stack ?? value.message) : JSON.stringify(value)
}
