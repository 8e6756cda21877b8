/**
 * A Gaussian law of fields over time with few parameters: the covariance of two numbers is a product of one in space and one in time,
 *
 *     x = m(hour) + a,    Cov(a) = R ⊗ C,    C = V (Λ − r I) Vᵀ + r I,
 *
 * with T states of S places each, the correlation R of states `[T, T]`, and in space the K strongest patterns, the rest being the same for all others. So the eigenvectors of
 * everything are products, and the posterior mean takes two small products of matrices.
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
  /** Rows are the unit eigenvectors of C, `[K, S]`, and their eigenvalues. */
  readonly patterns: Float32Array
  readonly variances: Float32Array
  /** r, the eigenvalue of everything else; positive if K < S. */
  readonly rest: number
  /** Rows are the unit eigenvectors of R, `[T, T]`, and their eigenvalues, all positive. */
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

/** The variance of a number on average: the mean eigenvalue of R ⊗ C. */
export function meanVariance({ states, size, variances, rest, weights }: FieldLaw): number {
  const space = variances.reduce((sum, value) => sum + value, (size - variances.length) * rest) / size
  return (space * weights.reduce((sum, value) => sum + value, 0)) / states
}
