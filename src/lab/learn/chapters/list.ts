/** The chapters in the order of reading. To add one: a folder with `index.ts` that exports `chapter`, and a line here. */
import type { Chapter } from '../chapter.ts'

export interface ListedChapter {
  /** The name in addresses, and of the page `docs/theory/NAME.md`. */
  readonly name: string
  readonly title: string
  load(): Promise<{ readonly chapter: Chapter }>
}

export const chapters: readonly ListedChapter[] = [
  { name: 'forward-process', title: 'The forward process', load: () => import('./forward-process/index.ts') },
  { name: 'score-matching', title: 'Score matching', load: () => import('./score-matching/index.ts') },
  { name: 'langevin', title: 'Langevin dynamics', load: () => import('./langevin/index.ts') },
  { name: 'inverse-problems', title: 'Inverse problems', load: () => import('./inverse-problems/index.ts') },
  { name: 'discrete', title: 'Discrete data', load: () => import('./discrete/index.ts') },
  { name: 'vae', title: 'Latent variables', load: () => import('./vae/index.ts') },
]
