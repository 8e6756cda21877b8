/** Normal laws of a few numbers, and what measurements of each say of all of them. */

/** N(mean, covariance). */
export interface NormalLaw {
  readonly mean: readonly number[]
  readonly covariance: readonly (readonly number[])[]
}

/** A measurement of one number: value = factor · x + ε with ε ~ N(0, variance). */
export interface NumberSeen {
  readonly value: number
  readonly factor: number
  readonly variance: number
}

/** The law given one measurement of each number, and the log-density of the measurements. */
export interface ConditionedLaw extends NormalLaw {
  readonly logDensity: number
}

/** The conditional law: one measurement after the other, as a Kalman filter does it. */
export function conditionNormal({ mean, covariance }: NormalLaw, seen: readonly NumberSeen[]): ConditionedLaw {
  const m = [...mean]
  const c = covariance.map((row) => [...row])
  let logDensity = 0
  seen.forEach(({ value, factor, variance }, i) => {
    const spread = factor ** 2 * c[i]![i]! + variance
    const error = value - factor * m[i]!
    logDensity -= (Math.log(2 * Math.PI * spread) + error ** 2 / spread) / 2
    const gain = c.map((row) => (row[i]! * factor) / spread)
    const column = c.map((row) => row[i]!)
    gain.forEach((g, j) => {
      m[j]! += g * error
      column.forEach((value, k) => (c[j]![k]! -= g * factor * value))
    })
  })
  return { mean: m, covariance: c, logDensity }
}
