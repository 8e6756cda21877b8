/** What every variational bound of −log p(x₀) is made of, of numbers and of tokens alike. */

/** The terms of a bound, each a number of nats per item, `[batch]`. */
export interface BoundTerms {
  /** L_T. */
  readonly prior: Float64Array
  /** The L_{t−1} that were looked at, from the data on; `weight` is how many each of them stands for. */
  readonly transitions: readonly {
    readonly s: number
    readonly t: number
    readonly weight: number
    readonly nats: Float64Array
  }[]
  /** L₀. */
  readonly decoder: Float64Array
  /** L_T + Σ weight · L_{t−1} + L₀: a bound of −log p(x₀), or an unbiased estimate of it. */
  readonly total: Float64Array
}

/** The terms with their sum. */
export function withTotal({ prior, transitions, decoder }: Omit<BoundTerms, 'total'>): BoundTerms {
  const total = prior.map((first, item) =>
    transitions.reduce((sum, { weight, nats }) => sum + weight * nats[item]!, first + decoder[item]!),
  )
  return Object.freeze({ prior, transitions, decoder, total })
}

/** The sum of a function of each element over each item, `[batch]`. */
export function sumPerItem(batch: number, size: number, value: (i: number) => number): Float64Array {
  const out = new Float64Array(batch)
  for (let i = 0; i < batch * size; i++) out[Math.floor(i / size)]! += value(i)
  return out
}
