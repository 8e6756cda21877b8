/** The classical Runge–Kutta method for a few numbers. */

/** dx/dt of a state that begins at `at`, written to `out` from its start. */
export type Rate = (x: Float64Array, at: number, out: Float64Array) => void

/**
 * One step of order 4 for each of several states, in place: k₁ = f(x), k₂ = f(x + ½ h k₁), k₃ = f(x + ½ h k₂), k₄ = f(x + h k₃),
 * x + h (k₁ + 2 k₂ + 2 k₃ + k₄)/6.
 *
 * @param states `[n, size]`
 */
export function rk4(rate: Rate, states: Float64Array, size: number, h: number): void {
  const [k1, k2, k3, k4, middle] = Array.from({ length: 5 }, () => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let at = 0; at < states.length; at += size) {
    rate(states, at, k1)
    for (let i = 0; i < size; i++) middle[i] = states[at + i]! + (h / 2) * k1[i]!
    rate(middle, 0, k2)
    for (let i = 0; i < size; i++) middle[i] = states[at + i]! + (h / 2) * k2[i]!
    rate(middle, 0, k3)
    for (let i = 0; i < size; i++) middle[i] = states[at + i]! + h * k3[i]!
    rate(middle, 0, k4)
    for (let i = 0; i < size; i++) states[at + i]! += (h * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!)) / 6
  }
}
