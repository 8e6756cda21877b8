/**
 * A Gaussian law of fields over time with few parameters. Space has K strongest patterns v_k, and each of them its own correlation in time,
 *
 *     x = m(hour) + a,    Cov(a) = Σ_k λ_k R_k ⊗ v_k v_kᵀ + r R ⊗ (I − V Vᵀ),
 *
 * with T states of S places each; what lies beside the patterns has one variance r and one correlation R `[T, T]`. Large patterns change slowly and small ones fast, so a law that
 * gives all of them the same memory (R_k = R, a product of one covariance in time and one in space) is a special case that forgets too soon. The eigenvectors of everything are products in
 * either case, and the posterior mean takes small products of matrices.
 */

/** The law of windows of T states, each of S numbers. */
export interface FieldLaw {
  /** T. */
  readonly states: number
  /** S: variables times places. */
  readonly size: number
  /** The mean of a state, `[S]`. */
  readonly mean: Float32Array
  /** How the mean follows the time of day, if it does. */
  readonly cycle?: FieldCycle | undefined
  /** Rows are the patterns v_k, of length 1 and at right angles, `[K, S]`, and their variances λ. */
  readonly patterns: Float32Array
  readonly variances: Float32Array
  /** r, the variance of everything else; positive if K < S. */
  readonly rest: number
  /** Rows are the unit eigenvectors of R, `[T, T]`, and their eigenvalues, all positive. */
  readonly rhythms: Float32Array
  readonly weights: Float32Array
  /** R_k of the patterns; left out, all have R. */
  readonly memories?: PatternMemories | undefined
}

/** A correlation in time for each pattern. */
export interface PatternMemories {
  /** Of each pattern, rows are the unit eigenvectors of R_k, `[K, T, T]`, and their eigenvalues, `[K, T]`, all positive. */
  readonly rhythms: Float32Array
  readonly weights: Float32Array
}

/** What is added to the mean at an angle θ through the day: b₁ cos θ + b₂ sin θ + b₃ cos 2θ + b₄ sin 2θ. */
export interface FieldCycle {
  /** b, `[4, S]`. */
  readonly coefficients: Float32Array
  /** The angle from one state to the next, in radians. */
  readonly turn: number
}

/** The number of functions in a {@link FieldCycle}. */
export const harmonics = 4

/** The four functions at an angle, from its cosine and sine; all zero for a time that is not known, `(0, 0)`. */
export function harmonicsOf(cosine: number, sine: number): readonly number[] {
  return [cosine, sine, cosine ** 2 - sine ** 2, 2 * cosine * sine]
}

/** From the functions at the angle of the first state to those of each state, `[4, T × 4]`. */
export function turned({ turn }: FieldCycle, states: number): Float32Array {
  const out = new Float32Array(harmonics * states * harmonics)
  for (let t = 0; t < states; t++) {
    for (const [order, first] of [
      [1, 0],
      [2, 2],
    ] as const) {
      const [c, s] = [Math.cos(order * t * turn), Math.sin(order * t * turn)]
      const put = (from: number, to: number, value: number): void => {
        out[(first + from) * states * harmonics + t * harmonics + first + to] = value
      }
      // cos(a + b) = cos a cos b − sin a sin b, sin(a + b) = sin a cos b + cos a sin b
      put(0, 0, c)
      put(1, 0, -s)
      put(0, 1, s)
      put(1, 1, c)
    }
  }
  return out
}

/**
 * The mean of a window, `[T, S]`.
 *
 * @param time sine and cosine of the time of day of its first state; without them the mean is that of the day
 */
export function meanOfWindow({ states: T, size: S, mean, cycle }: FieldLaw, time?: ArrayLike<number>): Float64Array {
  const out = Float64Array.from({ length: T * S }, (_, at) => mean[at % S]!)
  if (!cycle || !time) return out
  const turns = turned(cycle, T)
  const first = harmonicsOf(time[1]!, time[0]!)
  for (let t = 0; t < T; t++) {
    for (let k = 0; k < harmonics; k++) {
      const value = first.reduce((sum, each, j) => sum + each * turns[j * T * harmonics + t * harmonics + k]!, 0)
      for (let s = 0; s < S; s++) out[t * S + s]! += value * cycle.coefficients[k * S + s]!
    }
  }
  return out
}

/** The eigenvalues of the covariance along rhythm i and pattern k, `[T, K]`; beside the patterns, they are those of `rhythms` times {@link FieldLaw.rest}. */
export function eigenvaluesOf({ states: T, variances, weights, memories }: FieldLaw): Float32Array {
  const K = variances.length
  return Float32Array.from({ length: T * K }, (_, at) => {
    const [i, k] = [Math.floor(at / K), at % K]
    return (memories ? memories.weights[k * T + i]! : weights[i]!) * variances[k]!
  })
}

/** The sum of a function of all T S eigenvalues of the covariance. */
export function sumOverSpectrum(law: FieldLaw, value: (eigenvalue: number) => number): number {
  const { size, variances, weights, rest } = law
  let sum = 0
  for (const e of eigenvaluesOf(law)) sum += value(e)
  const beside = size - variances.length
  if (beside > 0) for (const weight of weights) sum += beside * value(weight * rest)
  return sum
}

/** The variance of a number on average: the mean eigenvalue of the covariance. */
export function meanVariance(law: FieldLaw): number {
  return sumOverSpectrum(law, (e) => e) / (law.states * law.size)
}
