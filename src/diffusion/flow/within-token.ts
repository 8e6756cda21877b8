/**
 * Parameters of a token's numbers that depend on the numbers before them in the same token as well: a masked layer behind the
 * transformer. So a map of few large tokens is autoregressive number by number, at the price of the tokens.
 */
import { add, constant, matmul, mul, silu, type Tensor } from '../../engine/graph/index.ts'
import { linear } from '../../engine/nn/layers.ts'
import { uniformWithin, zeros } from '../../engine/nn/parameters.ts'
import type { Scope } from '../../engine/nn/parameters.ts'

/**
 * `a = silu(W h + V x)`, then `U a`, with `h [N, T, C]` of the tokens before and `x [N, T, features]` the tokens themselves. Hidden
 * feature u has the degree u mod features and sees so many numbers of x; the parameters of number j see features of degrees up to j.
 *
 * @returns `[N, T, features · parameters]`, zero at first
 */
export function withinToken(scope: Scope, h: Tensor, x: Tensor, parameters: number, width: number): Tensor {
  const features = x.shape.at(-1)!
  const degree = (hidden: number): number => hidden % features
  const sees = mask(width, features, (hidden, number) => number < degree(hidden))
  const seen = mask(features * parameters, width, (out, hidden) => degree(hidden) <= Math.floor(out / parameters))
  const own = scope.parameter('own.weight', [width, features], uniformWithin(1 / Math.sqrt(features)))
  const a = silu(add(linear(scope.child('linear_1'), h, width), matmul(x, mul(own, sees), { transposeB: true })))
  const out = scope.parameter('linear_2.weight', [features * parameters, width], zeros)
  const bias = scope.parameter('linear_2.bias', [features * parameters], zeros)
  return add(matmul(a, mul(out, seen), { transposeB: true }), bias)
}

function mask(rows: number, columns: number, sees: (row: number, column: number) => boolean): Tensor {
  const data = Float32Array.from({ length: rows * columns }, (_, i) =>
    Number(sees(Math.floor(i / columns), i % columns)),
  )
  return constant(data, [rows, columns])
}
