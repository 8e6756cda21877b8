/** What is drawn of a model of embeddings while it learns. */
import type { Preview } from '../family.ts'

/** Four texts in 64 steps. */
export const preview = (): Preview => ({ options: { count: 4, steps: 64 } })
