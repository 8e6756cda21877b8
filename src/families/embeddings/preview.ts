/** Samples drawn while a model of embeddings is trained. */
import type { Preview } from '../family.ts'

/** Four texts in 64 steps. */
export const preview = (): Preview => ({ options: { count: 4, steps: 64 } })
