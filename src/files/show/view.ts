/** The type of a view of a data set, and the choice of its items. */
import { fold, key, permutation } from '../../engine/random/index.ts'
import type { Raster } from '../io/raster.ts'
import type { TerminalColors } from '../io/terminal.ts'
import { thousands } from '../../words.ts'

/** Which items, and how many at most. */
export interface Chosen {
  readonly count: number
  /** The same seed chooses the same items. */
  readonly seed: number
}

/** What a terminal can show, and its width in characters. */
export interface TerminalSize {
  readonly colors: TerminalColors
  readonly width: number
}

/** A view of a data set. */
export interface DataView {
  /** Statistics, as JSON. */
  readonly facts: Readonly<Record<string, unknown>>
  /** The same as a table; rows without a value are left out. */
  readonly rows: readonly (readonly [name: string, value: string | undefined])[]
  /** A picture of some items; left out if they cannot be shown. */
  readonly picture?: ((chosen: Chosen) => Raster) | undefined
  /** The same as SVG, where it is drawn of lines and not of pixels. */
  readonly svg?: ((chosen: Chosen) => string) | undefined
  /** The same as lines of text for a terminal. */
  readonly preview?: ((chosen: Chosen, terminal: TerminalSize) => string) | undefined
}

/** Numbers of items at random, at most so many. */
export function chosenOf(length: number, { count, seed }: Chosen): Uint32Array {
  return permutation(fold(key(seed), 'picture'), length).subarray(0, Math.min(count, length))
}

/** How many items each class has, in words; only the first of many classes. */
export function classText(counts: readonly number[], names: readonly string[] | undefined): string {
  const shown = counts.slice(0, 20).map((count, i) => `${names?.[i] ?? i} (${thousands(count)})`)
  return `${counts.length}: ${shown.join(', ')}${counts.length > 20 ? ', …' : ''}`
}
