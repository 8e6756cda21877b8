/** A linear autoencoder whose parameters are given, and noise whose averages of quadratic functions are exact. */
import { input, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate, type Feed } from '../../../src/engine/graph/reference/evaluate.ts'
import { mlpAutoencoder } from '../../../src/engine/nn/mlp-autoencoder.ts'
import { Scope, zeros } from '../../../src/engine/nn/parameters.ts'
import { autoencoderBound, decoderLaw, type DecoderLaw } from '../../../src/diffusion/latent/index.ts'

/** x = W z + b + σ ε and q(z | x) = N(A x + c, diag e^{v}); rows of numbers. */
export interface Linear {
  readonly decoder: readonly (readonly number[])[]
  readonly encoder: readonly (readonly number[])[]
  readonly logVariance: readonly number[]
  readonly logSigma: number
}

/** Points ±√q e_j, `[2q, q]`: their mean is 0 and their covariance the identity, so averages of quadratic functions are those of N(0, I). */
export function exactNoise(q: number): number[][] {
  return Array.from({ length: 2 * q }, (_, i) =>
    Array.from({ length: q }, (_, j) => (j === i >> 1 ? (i % 2 === 0 ? 1 : -1) * Math.sqrt(q) : 0)),
  )
}

/** The same for data of this covariance, Σ λ_i u_i u_iᵀ: `[2d, d]`. */
export function exactData(values: readonly number[], vectors: readonly (readonly number[])[]): number[][] {
  const d = values.length
  return Array.from({ length: 2 * d }, (_, i) =>
    vectors[i >> 1]!.map((u) => (i % 2 === 0 ? 1 : -1) * Math.sqrt(d * values[i >> 1]!) * u),
  )
}

/** The parameters of a linear autoencoder by name. */
export function feedsOf({ decoder, encoder, logVariance, logSigma }: Linear): Record<string, number[]> {
  const [d, q] = [decoder.length, encoder.length]
  return {
    'encoder.mean.weight': encoder.flat(),
    'encoder.mean.bias': Array.from({ length: q }, () => 0),
    'encoder.log_variance.weight': Array.from({ length: q * d }, () => 0),
    'encoder.log_variance.bias': [...logVariance],
    'decoder.out.weight': decoder.flat(),
    'decoder.out.bias': Array.from({ length: d }, () => 0),
    log_sigma: [logSigma],
  }
}

/** The graph of its bound for items `x`, each with the same noise `[k, q]`; and those two as feeds. */
export function linearBound(
  x: readonly number[][],
  noise: readonly number[][],
  law: DecoderLaw = decoderLaw('gaussian'),
) {
  const [n, d, k, q] = [x.length, x[0]!.length, noise.length, noise[0]!.length]
  const scope = new Scope()
  const logSigma = input('log_sigma', [1])
  const bound = autoencoderBound(mlpAutoencoder({ input_shape: [d], latent_size: q, widths: [] }), scope, law, {
    x: input('x', [n, d]),
    noise: input('noise', [n, k, q]),
    logSigma,
  })
  const declared = scope.specs.map(({ name, shape }) => [name, scope.parameter(name, shape, zeros)] as const)
  return {
    ...bound,
    parameters: [...declared, ['log_sigma', logSigma] as const],
    feeds: { x: x.flat(), noise: x.flatMap(() => noise.flat()) },
  }
}

/** The elements of an expression. */
export const numbers = (tensor: Tensor, feeds: Readonly<Record<string, Feed>> = {}): number[] =>
  Array.from(evaluate([tensor], feeds)[0]!.data)

export const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** An orthogonal matrix, its rows the vectors: a product of rotations in the plane. */
export function rotation(d: number, angles: readonly number[]): number[][] {
  let rows = Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => Number(i === j)))
  angles.forEach((angle, n) => {
    const [a, b] = [n % d, (n + 1) % d]
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    rows = rows.map((row) => row.map((x, j) => (j === a ? c * x - s * row[b]! : j === b ? s * row[a]! + c * x : x)))
  })
  return rows
}

export const transposed = (a: readonly (readonly number[])[]): number[][] =>
  a[0]!.map((_, j) => a.map((row) => row[j]!))
export const product = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, i) => sum + x * b[i]![j]!, 0)))
