/** How a command fails: a line that says what is wrong, a line that says how to fix it, and the exit status. */
import { type Command, CommanderError } from 'commander'
import { type ErrorCode, exitCodes, TweedieError } from '../errors.ts'
import { isSystemFault, unforeseen } from '../system-error.ts'
import { asTyped, hintAsTyped } from './as-typed.ts'
import { jsonText, safe } from './output.ts'

/** The message, and the exit status of the process. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | undefined
  readonly status: number
}

/** How a failure is reported. */
export interface ReportOptions {
  /** Shows the stack as well. */
  readonly debug?: boolean | undefined
  /** One line of JSON, `{ "error": { code, message, hint, status } }`, in place of text. */
  readonly json?: boolean | undefined
  /** The command that failed, if one was found. */
  readonly command?: Command | undefined
}

/** The failure of an error of any kind; `command` is the one that failed. */
export function failureOf(error: unknown, command?: Command): Failure {
  const { code, message, hint } = meaningOf(error, command)
  return {
    code,
    message: asTyped(oneLine(message), command),
    hint: hint === undefined ? undefined : hintAsTyped(oneLine(hint), command),
    status: error instanceof CommanderError && error.exitCode === 0 ? 0 : exitCodes[code],
  }
}

/** Prints a failure to the standard error. */
export function reportFailure(error: unknown, { debug = false, json = false, command }: ReportOptions = {}): number {
  const { status, ...failure } = failureOf(error, command)
  const { message, hint } = failure
  const lines = [
    ...(message === '' ? [] : [`tweedie: ${safe(message)}`]),
    ...(hint === undefined ? [] : [`  hint: ${safe(hint)}`]),
  ]
  const printed = json && message !== '' ? [jsonText({ error: { ...failure, status } })] : lines
  if (debug && error instanceof Error && message !== '') printed.push(safe(error.stack ?? ''))
  if (debug && error instanceof Error && error.cause) printed.push(safe(`caused by ${inspect(error.cause)}`))
  for (const line of printed) process.stderr.write(`${line}\n`)
  return status
}

function meaningOf(error: unknown, command?: Command): Pick<TweedieError, 'code' | 'message' | 'hint'> {
  if (error instanceof TweedieError) return error
  // what failed first, and not what failed while it was tidied up
  if (error instanceof Error && 'suppressed' in error) return meaningOf(error.suppressed, command)
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { code: 'usage', message: '', hint: undefined }
    const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
    const near = rest.join(' ').replace(/^\((.*)\)$/, '$1')
    return { code: 'usage', message, hint: near || `see '${helpOf(command)}'` }
  }
  if (isSystemFault(error)) return unforeseen(error)
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, hint: 'this was not expected: --debug shows where it happened' }
}

/** The command whose help explains the failure. */
function helpOf(command: Command | undefined): string {
  const name = command?.parent ? ` ${command.name()}` : ''
  return `tweedie${name} --help`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

function inspect(value: unknown): string {
  return value instanceof Error ? (value.stack ?? value.message) : JSON.stringify(value)
}
