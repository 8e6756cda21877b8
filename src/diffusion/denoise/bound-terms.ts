/** The terms that every variational bound of −log p(x₀) has, for numbers and for tokens. */

/** The terms of a bound, each a number of nats per item, `[batch]`. */
export interface BoundTerms {
  /** L_T. */
  readonly prior: Float64Array
  /** The L_{t−1} that were evaluated, the one nearest to the data first; `weight` is how many terms each stands for. */
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
