/** The default training by the size of the table. The only place with such numbers. */
import type { Budget } from '../../tools/train/spec.ts'
import type { OptimizerChoices } from '../default-network.ts'

/** The predictor's. */
export const usualPredictor = Object.freeze({ widths: [100, 50], dropout: 0.1 })

/** A run on so many rows. */
export interface UsualRun {
  readonly batch: number
  readonly budget: Budget
  readonly widths: readonly number[]
  readonly depth: number
  readonly dropout: number
  readonly optimizer: OptimizerChoices
}

/** The longer the table, the more steps; a minute or two on one core. */
export function usualRun(rows: number): UsualRun {
  return {
    batch: 128,
    budget: { steps: rows < 2000 ? 10_000 : 20_000 },
    widths: [128],
    depth: 2,
    dropout: 0,
    optimizer: { rate: 1e-3, ema: 0.999 },
  }
}
