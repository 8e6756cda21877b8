/**
 * The score of noisy data where the data are known: with y₀ among n items, y_t = m + α (y₀ − m) + σ s ε (m, s: mean and standard deviation
 * of each column, which the network does not see), the law of y_t is a mixture of n Gaussians, and
 *
 *   ∇ log p_t(y) = Σᵢ wᵢ (μᵢ − y) / (σ s)²,   wᵢ ∝ exp(−½ |(y − μᵢ) / (σ s)|²),   μᵢ = m + α (yᵢ − m).
 */

/** Items in the plane and how noise is added to them. */
export interface NoisyPoints {
  /** `[n, 2]`. */
  readonly items: Float32Array
  readonly mean: readonly [number, number]
  readonly deviation: readonly [number, number]
  readonly alpha: number
  readonly sigma: number
}

/** The score at places `[k, 2]`. */
export function exactScore(places: Float32Array, { items, mean, deviation, alpha, sigma }: NoisyPoints): Float32Array {
  const [n, score] = [items.length / 2, new Float32Array(places.length)]
  const [sx, sy] = [sigma * deviation[0], sigma * deviation[1]]
  const centre = (i: number, c: 0 | 1): number => mean[c] + alpha * (items[2 * i + c]! - mean[c])
  const exponents = new Float64Array(n)
  for (let k = 0; k < places.length / 2; k++) {
    const [x, y] = [places[2 * k]!, places[2 * k + 1]!]
    let most = -Infinity
    for (let i = 0; i < n; i++) {
      const [dx, dy] = [(x - centre(i, 0)) / sx, (y - centre(i, 1)) / sy]
      exponents[i] = -0.5 * (dx * dx + dy * dy)
      if (exponents[i]! > most) most = exponents[i]!
    }
    let [total, toX, toY] = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      const weight = Math.exp(exponents[i]! - most)
      total += weight
      toX += weight * (centre(i, 0) - x)
      toY += weight * (centre(i, 1) - y)
    }
    score[2 * k] = toX / total / (sx * sx)
    score[2 * k + 1] = toY / total / (sy * sy)
  }
  return score
}

/** Mean and standard deviation of the columns of `[n, 2]`. */
export function columnsOf(items: Float32Array): Pick<NoisyPoints, 'mean' | 'deviation'> {
  const n = items.length / 2
  const column = (c: 0 | 1): readonly [mean: number, deviation: number] => {
    let [sum, square] = [0, 0]
    for (let i = 0; i < n; i++) sum += items[2 * i + c]!
    for (let i = 0; i < n; i++) square += (items[2 * i + c]! - sum / n) ** 2
    return [sum / n, Math.sqrt(square / n) || 1]
  }
  const [x, y] = [column(0), column(1)]
  return { mean: [x[0], y[0]], deviation: [x[1], y[1]] }
}
