/** The posterior mean of a Gaussian law of fields as an expression. */
import {
  add,
  concat,
  constant,
  div,
  matmul,
  mean,
  mul,
  reshape,
  slice,
  sub,
  type Tensor,
  transpose,
} from '../../engine/graph/index.ts'
import { eigenvaluesOf, type FieldLaw, harmonics, type PatternMemories, turned } from './law.ts'

/** What is known of x₀ given x_t. */
export interface PosteriorGraph {
  /** E[x₀ | x_t], `[N, T, S]`. */
  readonly mean: Tensor
  /** The mean of its variances, σ² e/(α² e + σ²) over all eigenvalues e, `[N, 1, 1]`. */
  readonly variance: Tensor
}

/**
 * The same closed form as `fieldDenoiser`, with α and σ as tensors.
 *
 * @param x x_t, `[N, T, S]`
 * @param alpha `[N, 1, 1]`
 * @param sigma `[N, 1, 1]`
 * @param time sine and cosine of the time of day of the first state, `[N, 2]`, zeros where it is not known
 */
export function posteriorGraph(law: FieldLaw, x: Tensor, alpha: Tensor, sigma: Tensor, time?: Tensor): PosteriorGraph {
  const { states: T, size: S, patterns, variances, rest, rhythms, weights } = law
  const K = variances.length
  const average = meanGraph(law, time)
  const z = sub(x, mul(alpha, average))
  const rotation = constant(rhythms, [T, T])
  const basis = constant(patterns, [K, S])
  const eigenvalues = constant(eigenvaluesOf(law), [1, T, K])
  const others = constant(
    weights.map((each) => each * rest),
    [1, T, 1],
  )
  const total = (e: Tensor): Tensor => add(mul(mul(alpha, alpha), e), mul(sigma, sigma))
  const shares = div(eigenvalues, total(eigenvalues))
  const usual = div(others, total(others))
  const turned = matmul(rotation, z)
  const beside = mul(mul(alpha, usual), turned)
  const doubt = add(
    mul(mean(shares, [1, 2], { keepDims: true }), K / S),
    mul(mean(usual, [1, 2], { keepDims: true }), (S - K) / S),
  )
  const back = (rows: Tensor): Tensor => matmul(rotation, rows, { transposeA: true })
  const along = matmul(turned, basis, { transposeB: true })
  const gained = law.memories
    ? add(
        back(beside),
        matmul(
          sub(
            ownGains(law.memories, matmul(z, basis, { transposeB: true }), mul(alpha, shares)),
            back(mul(mul(alpha, usual), along)),
          ),
          basis,
        ),
      )
    : back(add(beside, matmul(mul(along, mul(alpha, sub(shares, usual))), basis)))
  return { mean: add(average, gained), variance: mul(mul(sigma, sigma), doubt) }
}

/** Each pattern's course p `[N, T, K]` rotated by its own rhythms, multiplied by gains `[N or 1, T, K]`, and rotated back. */
function ownGains({ rhythms }: PatternMemories, p: Tensor, gains: Tensor): Tensor {
  const [, T, K] = p.shape as [number, number, number]
  const rotations = constant(rhythms, [K, T, T])
  // [K, T, N]: one product for each pattern
  const turned = matmul(rotations, transpose(p, [2, 1, 0]))
  const gained = mul(turned, transpose(gains, [2, 1, 0]))
  return transpose(matmul(rotations, gained, { transposeA: true }), [2, 1, 0])
}

/** m at the time of each item, `[N or 1, T, S]` or `[1, 1, S]`. */
function meanGraph({ states: T, size: S, mean: usual, cycle }: FieldLaw, time: Tensor | undefined): Tensor {
  const flat = constant(usual, [1, 1, S])
  if (!cycle || !time) return flat
  const n = time.shape[0]!
  const [s, c] = [slice(time, 1, 0, 1), slice(time, 1, 1, 2)]
  const first = concat([c, s, sub(mul(c, c), mul(s, s)), mul(2, mul(c, s))], 1)
  const each = reshape(matmul(first, constant(turned(cycle, T), [harmonics, T * harmonics])), [n, T, harmonics])
  return add(flat, matmul(each, constant(cycle.coefficients, [harmonics, S])))
}

/** An item's axes `[N, C, T, R]` as `[N, T, C R]`, and back. */
export function statesFirst(x: Tensor, variables: number, states: number): Tensor {
  const n = x.shape[0]!
  const size = x.shape.slice(1).reduce((a, b) => a * b, 1)
  const places = size / variables / states
  if (variables === 1) return reshape(x, [n, states, places])
  const apart = transpose(reshape(x, [n, variables, states, places]), [0, 2, 1, 3])
  return reshape(apart, [n, states, variables * places])
}

/** The inverse of {@link statesFirst}. */
export function statesBack(x: Tensor, variables: number, shape: readonly number[]): Tensor {
  const [n, states, size] = x.shape as [number, number, number]
  if (variables === 1) return reshape(x, shape)
  const apart = reshape(x, [n, states, variables, size / variables])
  return reshape(transpose(apart, [0, 2, 1, 3]), shape)
}
