/** Chapters: one for each page of `docs/theory`, with the equations that its figures compute. */
import type { Figure } from './figure.ts'

/** An equation beside its code. */
export interface Equation {
  /** TeX. `\live{name}` is a number that the figure's `numbers` give; it becomes MathML when the page is built. */
  readonly tex: string
  /** What it says, in a sentence. */
  readonly says: string
  /** The lines of TypeScript that do it with this package; they run as they are. */
  readonly code?: string
}

export interface Chapter {
  /** The name of its page: `docs/theory/NAME.md`. */
  readonly name: string
  readonly title: string
  /** What it is about, in two or three sentences. */
  readonly lead: string
  readonly sections: readonly Section[]
}

export interface Section {
  readonly title: string
  readonly equations: readonly Equation[]
  /** The live figure of these equations; `why` says why there is none. */
  readonly figure: Figure | { readonly why: string }
}
