/** Units of likelihood: nats for a whole item, bits per dimension to compare items of any size. */

/** −log₂ p per dimension, from −log p in nats. */
export function bitsPerDim(nats: number, dimensions: number): number {
  return nats / (dimensions * Math.LN2)
}

/** A mean with its standard error. */
export interface Estimate {
  readonly value: number
  /** The standard deviation of the mean over items; undefined for a single one. */
  readonly standardError: number | undefined
}

/** The mean over items. */
export function estimate(values: ArrayLike<number>): Estimate {
  const n = values.length
  const all = Array.from(values)
  const value = all.reduce((sum, each) => sum + each, 0) / n
  const spread = all.reduce((sum, each) => sum + (each - value) ** 2, 0)
  return Object.freeze({ value, standardError: n > 1 ? Math.sqrt(spread / (n - 1) / n) : undefined })
}
