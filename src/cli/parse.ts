/** From the text of an option to its value; what cannot be meant is refused with what is allowed. */
import { InvalidArgumentError } from 'commander'
import { suggest } from '../suggest.ts'

/** Limits of a number. */
export interface Limits {
  readonly min?: number
  readonly max?: number
}

/** A whole number. */
export function whole({ min = 1, max = Number.MAX_SAFE_INTEGER }: Limits = {}): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^[+-]?\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number${between({ min, max })}.`)
  }
}

/** A number, such as 0.5 or 1e-3. */
export function real(limits: Limits = {}): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isFinite(value) && value >= (limits.min ?? -Infinity) && value <= (limits.max ?? Infinity)) return value
    throw new InvalidArgumentError(`It must be a number${between(limits)}.`)
  }
}

/** A number above zero. */
export function positive(text: string): number {
  const value = real()(text)
  if (value > 0) return value
  throw new InvalidArgumentError('It must be greater than 0.')
}

/** One of a few words. */
export function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    if ((allowed as readonly string[]).includes(text)) return text as T
    const near = suggest(text, allowed)
    throw new InvalidArgumentError(`It must be one of ${allowed.join(', ')}.${near ? ` Did you mean ${near}?` : ''}`)
  }
}

/** Whole numbers with commas between them: `64,128,128`. */
export function wholes(text: string): readonly number[] {
  return text.split(',').map((each) => whole()(each.trim()))
}

function between({ min = -Infinity, max = Infinity }: Limits): string {
  const [low, high] = [min > Number.MIN_SAFE_INTEGER, max < Number.MAX_SAFE_INTEGER]
  if (low && high) return ` from ${min} to ${max}`
  return low ? `, at least ${min}` : high ? `, at most ${max}` : ''
}
