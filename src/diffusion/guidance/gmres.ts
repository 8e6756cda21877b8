/** Linear systems whose matrix is not symmetric, by their products alone. */
import type { FloatArray } from '../denoise/denoiser.ts'
import type { SolveOptions } from './conjugate-gradients.ts'

/**
 * The generalised minimal residual method for M u = b with any M: a system of its own for each item of the batch. After k products u minimises
 * ‖b − M u‖ over the span of b, M b, …, M^{k−1} b. As many vectors as products are kept.
 *
 * Saad & Schultz, GMRES: A Generalized Minimal Residual Algorithm for Solving Nonsymmetric Linear Systems (1986),
 * https://doi.org/10.1137/0907058
 *
 * @param apply M v for all items, `[batch, size]`
 * @param b `[batch, size]`
 */
export async function gmres(
  apply: (v: Float64Array) => FloatArray | Promise<FloatArray>,
  b: Float64Array,
  size: number,
  { iterations, tolerance = 1e-10 }: SolveOptions,
): Promise<Float64Array> {
  const systems = Array.from({ length: b.length / size }, (_, item) =>
    krylov(b.subarray(item * size, (item + 1) * size), tolerance),
  )
  const direction = new Float64Array(b.length)
  for (let k = 0; k < iterations && systems.some(({ open }) => open()); k++) {
    systems.forEach((system, item) => direction.set(system.newest(), item * size))
    const product = await apply(direction)
    systems.forEach((system, item) => {
      if (system.open()) system.extend(Float64Array.from(product.subarray(item * size, (item + 1) * size)))
    })
  }
  const u = new Float64Array(b.length)
  systems.forEach((system, item) => u.set(system.solution(), item * size))
  return u
}

/** The basis of one item's space, M in that basis as a triangle, and the right-hand side turned with it. */
function krylov(b: Float64Array, tolerance: number) {
  const norm = Math.hypot(...b)
  const basis: Float64Array[] = [b.map((value) => (norm === 0 ? 0 : value / norm))]
  /** The columns of the triangle, the turns that made it one, and the turned right-hand side, whose last entry is the residual. */
  const columns: number[][] = []
  const turns: (readonly [c: number, s: number])[] = []
  const side = [norm]
  let ended = norm === 0
  return {
    open: (): boolean => !ended,
    newest: (): Float64Array => basis.at(-1)!,
    /** Takes M times the newest vector; it is overwritten. */
    extend(w: Float64Array): void {
      const column = basis.map((v) => {
        const along = dot(v, w)
        for (let i = 0; i < w.length; i++) w[i]! -= along * v[i]!
        return along
      })
      const rest = Math.hypot(...w)
      turns.forEach(([c, s], i) => {
        const [upper, lower] = [column[i]!, column[i + 1]!]
        column[i] = c * upper + s * lower
        column[i + 1] = c * lower - s * upper
      })
      const k = column.length - 1
      const length = Math.hypot(column[k]!, rest)
      if (length === 0) {
        ended = true
        return
      }
      const [c, s] = [column[k]! / length, rest / length]
      column[k] = length
      side.push(-s * side[k]!)
      side[k] = c * side[k]!
      turns.push([c, s])
      columns.push(column)
      // what is left of w is rounding once the space holds the solution
      ended = Math.abs(side[k + 1]!) <= tolerance * norm || rest <= 1e-14 * length
      if (!ended) basis.push(w.map((value) => value / rest))
    },
    solution(): Float64Array {
      const weights = new Float64Array(columns.length)
      for (let i = columns.length - 1; i >= 0; i--) {
        let sum = side[i]!
        for (let k = i + 1; k < columns.length; k++) sum -= columns[k]![i]! * weights[k]!
        weights[i] = sum / columns[i]![i]!
      }
      const u = new Float64Array(b.length)
      weights.forEach((weight, k) => basis[k]!.forEach((value, i) => (u[i]! += weight * value)))
      return u
    },
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
