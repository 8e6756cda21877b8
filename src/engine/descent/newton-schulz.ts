/** The nearest orthogonal matrices, roughly, by a few products. */
import { add, concat, constant, div, matmul, max, mul, reshape, slice, sqrt, sum } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'

/**
 * a, b, c of `p(σ) = a σ + b σ³ + c σ⁵`, which lifts small singular values most. Four times, they bring all from 0.006 to 1
 * to between 0.68 and 1.21. Jordan et al., Muon (2024), who apply it five times.
 */
export const quintic: readonly [a: number, b: number, c: number] = Object.freeze([3.4445, -4.775, 2.0315])

/** How often it is applied unless it is said: a fifth time costs a fourth of the products and taught nothing more. */
export const usualIterations = 4

/** Options of {@link orthogonalised}. */
export interface OrthogonalOptions {
  /** How often the polynomial is applied; default 4. */
  readonly iterations?: number | undefined
  /** Multiplies the result of each matrix; default 1. */
  readonly factors?: readonly number[] | undefined
}

/**
 * Matrices with the singular vectors of those given, and singular values near 1: with `X = U diag(σ) Vᵀ`, about `U Vᵀ`. A matrix of
 * zeros stays zero. Newton and Schulz's iteration on `X₀ = X / ‖X‖`,
 *
 *     X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X
 *
 * whose factors are polynomials of `G = X₀ X₀ᵀ` and commute. So it runs on G alone, a square of the shorter side, of all
 * matrices with that side together:
 *
 *     P = a I + b G + c G²,   Q ← P Q,   G ← P G P,   and `Q X₀` at the end.
 *
 * Each matrix is read twice, however many iterations there are. Bernstein & Newhouse, Old optimizer, new norm (2024); Jordan et al., Muon (2024).
 *
 * @param matrices `[rows, columns]` each
 * @returns one for each, of its shape
 * @example
 * const [direction] = orthogonalised([input('gradient', [64, 576])])
 */
export function orthogonalised(
  matrices: readonly Tensor[],
  { iterations = usualIterations, factors = [] }: OrthogonalOptions = {},
): Tensor[] {
  const results = new Map<Tensor, Tensor>()
  for (const [side, group] of bySide(matrices)) {
    const squares = group.map(({ matrix }) => reshape(gram(matrix), [1, side, side]))
    const one = identity(side)
    const all = concat(squares, 0)
    // ‖X‖² is the trace of X Xᵀ.
    const norm = sum(mul(all, one), [1, 2], { keepDims: true })
    const safe = max(norm, 1e-30)
    const scaled = div(all, safe)
    const factor = group.map(({ index }) => factors[index] ?? 1)
    const outer = div(constant(factor, [group.length, 1, 1]), sqrt(safe))
    const turns = mul(polynomials(scaled, one, iterations), outer)
    group.forEach(({ matrix }, i) => {
      const turn = reshape(slice(turns, 0, i, i + 1), [side, side])
      results.set(matrix, isWide(matrix) ? matmul(turn, matrix) : matmul(matrix, turn))
    })
  }
  return matrices.map((matrix) => results.get(matrix)!)
}

/** Q after so many iterations from G `[n, side, side]`. */
function polynomials(first: Tensor, one: Tensor, iterations: number): Tensor {
  const [a, b, c] = quintic
  const factorOf = (squares: Tensor): Tensor => add(mul(one, a), add(mul(squares, b), mul(matmul(squares, squares), c)))
  let [squares, factor] = [first, factorOf(first)]
  let product = factor
  for (let i = 1; i < iterations; i++) {
    squares = matmul(matmul(factor, squares), factor)
    factor = factorOf(squares)
    product = matmul(factor, product)
  }
  return product
}

const isWide = ({ shape }: Tensor): boolean => shape[0]! <= shape[1]!

/** `X Xᵀ` or `Xᵀ X`: the smaller. */
function gram(matrix: Tensor): Tensor {
  return isWide(matrix) ? matmul(matrix, matrix, { transposeB: true }) : matmul(matrix, matrix, { transposeA: true })
}

function identity(size: number): Tensor {
  const data = new Float32Array(size * size)
  for (let i = 0; i < size; i++) data[i * size + i] = 1
  return constant(data, [size, size])
}

interface Placed {
  readonly matrix: Tensor
  readonly index: number
}

/** The matrices by their shorter side, in their order. */
function bySide(matrices: readonly Tensor[]): ReadonlyMap<number, readonly Placed[]> {
  const groups = new Map<number, Placed[]>()
  for (const [index, matrix] of matrices.entries()) {
    const side = Math.min(...matrix.shape)
    const group = groups.get(side) ?? []
    groups.set(side, group)
    group.push({ matrix, index })
  }
  return groups
}
