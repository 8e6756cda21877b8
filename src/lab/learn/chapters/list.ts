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
  { name: 'elbo', title: 'The variational bound', load: () => import('./elbo/index.ts') },
  { name: 'vae', title: 'Latent variables', load: () => import('./vae/index.ts') },
  { name: 'hierarchies', title: 'Hierarchies of codes', load: () => import('./hierarchies/index.ts') },
  { name: 'latent-diffusion', title: 'Latent diffusion', load: () => import('./latent-diffusion/index.ts') },
  { name: 'ddpm', title: 'DDPM', load: () => import('./ddpm/index.ts') },
  { name: 'ddim', title: 'DDIM', load: () => import('./ddim/index.ts') },
  { name: 'score-matching', title: 'Score matching', load: () => import('./score-matching/index.ts') },
  { name: 'langevin', title: 'Langevin dynamics', load: () => import('./langevin/index.ts') },
  { name: 'sde', title: 'Stochastic differential equations', load: () => import('./sde/index.ts') },
  { name: 'flow-matching', title: 'Flow matching', load: () => import('./flow-matching/index.ts') },
  { name: 'continuous-flows', title: 'Continuous flows', load: () => import('./continuous-flows/index.ts') },
  { name: 'normalising-flows', title: 'Normalising flows', load: () => import('./normalising-flows/index.ts') },
  { name: 'solvers', title: 'Solvers', load: () => import('./solvers/index.ts') },
  { name: 'few-steps', title: 'Few steps', load: () => import('./few-steps/index.ts') },
  { name: 'discrete', title: 'Discrete data', load: () => import('./discrete/index.ts') },
  { name: 'diffusion-lm', title: 'Text as noisy embeddings', load: () => import('./diffusion-lm/index.ts') },
  { name: 'guidance', title: 'Guidance', load: () => import('./guidance/index.ts') },
  { name: 'words', title: 'Words and pictures', load: () => import('./words/index.ts') },
  { name: 'inverse-problems', title: 'Inverse problems', load: () => import('./inverse-problems/index.ts') },
  { name: 'vq', title: 'Vector quantisation', load: () => import('./vq/index.ts') },
]
