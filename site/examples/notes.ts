/** What the pages say of examples, between the steps of the build. */
import { stage } from '../paths.ts'

/** What a page says below an example; no entry: nothing. */
export interface Note {
  /** Whether it has a button. */
  readonly runs: boolean
  /** Names that are the browser's own here, or that only Node has. */
  readonly names: readonly string[]
  /** Lines that run before it. */
  readonly given?: string
  /** A page that has it. */
  readonly page: string
  /** What it says that it prints. */
  readonly prints: readonly string[]
}

/** By the example's id. */
export type Notes = Readonly<Record<string, Note>>

/** Where the notes lie between the steps of the build. */
export const notesFile = `${stage}examples.json`
