/** What commands say: results to the standard output, everything else to the standard error. */
import { styleText } from 'node:util'

export { bytes, duration, shapeText, thousands } from '../words.ts'

/** What decides how much is said, and how. */
export interface Verbosity {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
}

type Format = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** A result: a line of text on the standard output. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** A result for machines: one JSON document, or one line of several with `lines`. */
export function printJson(value: unknown, { lines = false } = {}): void {
  print(JSON.stringify(value, undefined, lines ? undefined : 2))
}

/** Says something that is no result. */
export function note(line: string, { quiet }: Verbosity = {}): void {
  if (!quiet) process.stderr.write(`${line}\n`)
}

/** Styled text, if the stream shows styles. */
export function style(format: Format, text: string, stream: NodeJS.WriteStream = process.stderr): string {
  return styleText(format, text, { stream, validateStream: true } as Parameters<typeof styleText>[2])
}

/** Rows of a name and a value, the values below each other; rows without a value are left out. */
export function table(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined)
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
