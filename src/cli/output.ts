/** What commands say: results to the standard output, everything else to the standard error. */
import { styleText } from 'node:util'

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

/** 1234567 as 1,234,567. */
export function thousands(value: number): string {
  return value.toLocaleString('en-US')
}

/** Bytes for people. */
export function bytes(value: number): string {
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} kB`
  return value < 1e9 ? `${(value / 1e6).toFixed(value < 1e7 ? 1 : 0)} MB` : `${(value / 1e9).toFixed(1)} GB`
}

/** Seconds for people: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?'
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`
}

/** A shape as `[3, 32, 32]`. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`
}
