/**
 * Options as data. A command line needs only a table of them to parse its arguments, print its help and refuse wrong
 * options; programs and servers check requests by the same tables.
 */
import { isTweedieError, TweedieError } from './errors.ts'
import { suggest } from './suggest.ts'

/** One option. Its key in the table is the name under which its value is found; `flags` begins with the same name. */
export interface Option<Value = unknown> {
  /** As commander has it: `-n, --count <n>`, `--clip`, `--no-clip`. */
  readonly flags: string
  /** One line for the help. */
  readonly help: string
  /** From text to value; left out for a flag. Throws a TweedieError `usage` for an impossible value. */
  readonly parse?: (text: string) => Value
  /** Its heading in the help. */
  readonly group?: string
  /** Its default. If that depends on model or data, leave it out and explain it in `help`. */
  readonly default?: Value
  /** Names of options that exclude it. */
  readonly conflicts?: readonly string[]
  /** Values of other options that follow from it. */
  readonly implies?: Readonly<Record<string, unknown>>
  /** Whether it may be typed several times; its value is then a list. */
  readonly repeated?: boolean
}

/** Options by name. */
export type OptionTable = Readonly<Record<string, Option>>

/**
 * Values by the names of a table, as they come from a command line: options that were not typed and have no default are
 * missing.
 */
export type OptionValues = Readonly<Record<string, unknown>>

/** The values of a table's options. */
export type ValuesOf<Table extends OptionTable> = {
  readonly [Name in keyof Table]?:
    | (Table[Name] extends { readonly repeated: true; readonly parse: (text: string) => infer Value }
        ? readonly Value[]
        : Table[Name] extends { readonly parse: (text: string) => infer Value }
          ? Value
          : boolean)
    | undefined
}

/** Limits of a number. */
export interface Limits {
  readonly min?: number
  readonly max?: number
}

/** A table whose values keep their types. */
export function options<const Table extends OptionTable>(table: Table): Table {
  return Object.freeze(table)
}

/** Any text. */
export function text(value: string): string {
  return value
}

/** A whole number. */
export function whole({ min = 1, max = Number.MAX_SAFE_INTEGER }: Limits = {}): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^[+-]?\d+$/.test(text) && value >= min && value <= max) return value
    throw refused(`It must be a whole number${between({ min, max })}.`)
  }
}

/** A number, such as 0.5 or 1e-3. */
export function real(limits: Limits = {}): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isFinite(value) && value >= (limits.min ?? -Infinity) && value <= (limits.max ?? Infinity)) return value
    throw refused(`It must be a number${between(limits)}.`)
  }
}

/** A number above zero. */
export function positive(text: string): number {
  const value = real()(text)
  if (value > 0) return value
  throw refused('It must be greater than 0.')
}

/** One of a few words. */
export function oneOf<const T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    if ((allowed as readonly string[]).includes(text)) return text as T
    const near = suggest(text, allowed)
    throw refused(`It must be one of ${allowed.join(', ')}.${near ? ` Did you mean ${near}?` : ''}`)
  }
}

/** Whole numbers with commas between them: `64,128,128`. */
export function wholes(text: string): readonly number[] {
  return text.split(',').map((each) => whole()(each.trim()))
}

/** Some of a few words, with commas between them: `a,b`. */
export function listOf<const T extends string>(allowed: readonly T[]): (text: string) => readonly T[] {
  const one = oneOf(allowed)
  return (text) => text.split(',').map((each) => one(each.trim()))
}

/** The option's name on the command line: `labelDropout` → `label-dropout`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The first option of a table that has a value. */
export function firstOf(values: OptionValues, table: OptionTable): string | undefined {
  return Object.keys(table).find((name) => values[name] !== undefined)
}

/** The first option with a value that is in one of the tables `others` but in none of `own`. */
export function foreign(
  values: OptionValues,
  own: readonly OptionTable[],
  others: readonly OptionTable[],
): string | undefined {
  return Object.keys(values).find(
    (name) =>
      values[name] !== undefined &&
      !own.some((table) => Object.hasOwn(table, name)) &&
      others.some((table) => Object.hasOwn(table, name)),
  )
}

/** Whether an error comes from a parser, and should be shown with the option's name. */
export function isRefusal(error: unknown): error is TweedieError {
  return isTweedieError(error, 'usage')
}

function refused(message: string): TweedieError {
  return new TweedieError('usage', message)
}

function between({ min = -Infinity, max = Infinity }: Limits): string {
  const [low, high] = [min > Number.MIN_SAFE_INTEGER, max < Number.MAX_SAFE_INTEGER]
  if (low && high) return ` from ${min} to ${max}`
  return low ? `, at least ${min}` : high ? `, at most ${max}` : ''
}
