/**
 * Mixing: an invertible matrix along the first axis of an item; of images, a 1 × 1 convolution. W = Q L U diag(e^s), with Q a fixed
 * rotation and L, U triangular with ones on their diagonals: so log |det W| = Σ s costs nothing.
 * Kingma & Dhariwal, Glow (2018), section 3.2, equation 10, with a rotation in place of their permutation: at first, L = U = I and
 * s = 0, so that W is the rotation that their W begins at.
 */
import { add, constant, exp, matmul, mul, neg, reshape, sizeOf, sub, sum, transpose } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { zeros } from '../../engine/nn/parameters.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { Bijection } from './bijection.ts'
import { rotation } from './rotation.ts'
import { belowDiagonal, unitInverse } from './triangular.ts'

/**
 * `y_i = Σ_j W_ij x_j` at every place: log |det| = |S| Σ s for items `[C, ...S]`.
 *
 * @param turn which rotation it begins at: the same number gives the same
 * @example
 * mixing([12, 14, 14], 3) // a 1 × 1 convolution of 12 channels
 */
export function mixing(shape: Shape, turn: number): Bijection {
  const [channels, ...spatial] = shape as [number, ...number[]]
  const places = sizeOf(spatial)
  const square = [channels, channels]
  const { matrix, logDet: offset } = rotation(channels, turn)
  const fixed = constant(matrix, square)
  const identity = constant(
    Float32Array.from({ length: channels * channels }, (_, i) => Number(i % (channels + 1) === 0)),
    square,
  )
  const below = constant(belowDiagonal(channels), square)

  const apply = (weight: Tensor, x: Tensor): Tensor => {
    if (spatial.length === 0) return matmul(x, weight, { transposeB: true })
    return reshape(matmul(weight, reshape(x, [x.shape[0]!, channels, places])), x.shape)
  }
  const read = (scope: Scope) => {
    const triangle = (name: string): Tensor => mul(scope.parameter(name, square, zeros), below)
    const s = scope.parameter('log_scale', [channels], zeros)
    return { lower: triangle('lower'), upper: triangle('upper'), s, total: mul(add(sum(s), offset), places) }
  }
  return Object.freeze<Bijection>({
    name: 'mixing',
    shape,
    outputShape: shape,
    forward(scope, x) {
      const { lower, upper, s, total } = read(scope)
      const both = matmul(add(lower, identity), transpose(add(upper, identity)))
      return { y: apply(mul(matmul(fixed, both), exp(s)), x), logDet: total }
    },
    inverse(scope, y) {
      const { lower, upper, s, total } = read(scope)
      // The numbers of a rotation are rounded; one step of Newton's makes its transpose its inverse to twice as many digits.
      const turned = transpose(fixed)
      const back = matmul(turned, sub(mul(identity, 2), matmul(fixed, turned)))
      const both = matmul(transpose(unitInverse(upper, channels)), matmul(unitInverse(lower, channels), back))
      return { y: apply(mul(reshape(exp(neg(s)), [channels, 1]), both), y), logDet: neg(total) }
    },
  })
}
