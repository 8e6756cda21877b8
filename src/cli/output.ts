/** What commands print: results to the standard output, everything else to the standard error. */
import { styleText } from 'node:util'
import { table as plainTable } from '../words.ts'

export { bytes, duration, shapeText, thousands } from '../words.ts'

/** Options that decide how much is printed, and how. */
export interface Verbosity {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
}

type Format = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/**
 * Characters that control a terminal instead of being shown: control characters, and marks that reverse the writing
 * direction.
 */
// oxlint-disable-next-line no-control-regex
export const obeyed = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** Colours and bold, which our own lines may have. */
// oxlint-disable-next-line no-control-regex
const styles = /(\u001B\[[0-9;]*m)/

/** Text with control characters escaped: a name that holds U+001B shows it as `\u{1b}`. */
export function safe(text: string): string {
  return text.replaceAll(obeyed, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}

/** The same for our own lines, which keep their colours. */
function safeStyled(text: string): string {
  return text
    .split(styles)
    .map((part, i) => (i % 2 === 1 ? part : safe(part)))
    .join('')
}

/**
 * Prints a line of the result on the standard output: unchanged for programs, with control characters escaped on a
 * terminal.
 */
export function print(line = ''): void {
  process.stdout.write(`${process.stdout.isTTY ? safeStyled(line) : line}\n`)
}

/** Prints a result for machines: one JSON document, or with `lines` one line of JSON. */
export function printJson(value: unknown, { lines = false } = {}): void {
  print(jsonText(value, lines ? undefined : 2))
}

/** JSON in which marks of the writing direction are escaped too; control characters always are. */
export function jsonText(value: unknown, indent?: number): string {
  const code = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0')
  return JSON.stringify(value, undefined, indent).replaceAll(obeyed, (character) => `\\u${code(character)}`)
}

/** Prints a message that is not a result. */
export function note(line: string, { quiet }: Verbosity = {}): void {
  if (!quiet) process.stderr.write(`${safeStyled(line)}\n`)
}

/** Styled text, if the stream shows styles. */
export function style(format: Format, text: string, stream: NodeJS.WriteStream = process.stderr): string {
  return styleText(format, text, { stream, validateStream: true } as Parameters<typeof styleText>[2])
}

/** A table for people, with control characters escaped. */
export function table(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  return plainTable(rows.map(([name, value]) => [safe(name), value === undefined ? undefined : safe(value)]))
}

/** A path as it is typed after a command: in quotes where a shell would not take it as one word. */
export function quoted(path: string): string {
  return /^[\w@%+=:,./\\~-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
