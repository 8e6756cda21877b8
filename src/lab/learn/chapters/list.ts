/** All chapters, in the order of `docs/theory`; each is loaded when it is opened. */
import type { Chapter } from '../chapter.ts'

/** A chapter before it is loaded. */
export interface ChapterEntry {
  /** The name of its page: `docs/theory/NAME.md`. */
  readonly name: string
  readonly title: string
  load(): Promise<{ readonly chapter: Chapter }>
}

export const chapters: readonly ChapterEntry[] = [
  { name: 'forward-process', title: 'The forward process', load: () => import('./forward-process/index.ts') },
]
