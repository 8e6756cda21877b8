/** The default training by the size of the table. The only place with such numbers. */
import type { Budget } from '../../tools/train/spec.ts'
import type { OptimizerChoices } from '../default-network.ts'

/** The predictor's; in how many parts numbers are seen, whether five predictors are cross-fitted, and whether they say a deviation for each row. */
export const usualPredictor = Object.freeze({
  widths: [200, 100],
  dropout: 0.05,
  bins: 16,
  crossFit: true,
  heteroscedastic: false,
})

/** A run on so many rows. */
export interface UsualRun {
  readonly batch: number
  readonly budget: Budget
  readonly widths: readonly number[]
  readonly depth: number
  readonly dropout: number
  readonly optimizer: OptimizerChoices
}

/**
 * About 140 passes over the rows: on tables of some hundred rows, more made intervals too narrow for rows that were held out of those of
 * training. A few minutes on one core at most.
 */
export function usualRun(rows: number): UsualRun {
  return {
    batch: 128,
    budget: { steps: Math.min(20_000, Math.max(500, Math.round(1.1 * rows))) },
    widths: [128],
    depth: 2,
    dropout: 0,
    optimizer: { rate: 1e-3, ema: 0.999 },
  }
}
