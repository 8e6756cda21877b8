/** Orientations of centres: signed volumes, whose sign a reflection changes, and moves along their gradients. */
import {
  add,
  concat,
  div,
  matmul,
  mul,
  neg,
  reshape,
  silu,
  slice,
  sqrt,
  square,
  sub,
  sum,
  tanh,
} from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { linear } from '../layers.ts'
import { type Scope, zeros } from '../parameters.ts'

/** The places of a centre: four neighbours in an order, then the centre itself. */
export const placesOfCentre = 5

/** What an orientation looks at. */
export interface OrientationInputs {
  /** Which atom is at each place, `[N, 5 K, atoms]`; zeros where there is no centre. */
  readonly centres: Tensor
  /** Positions, `[N, atoms, 3]`. */
  readonly y: Tensor
  /** Features of atoms, `[N, atoms, width]`. */
  readonly h: Tensor
  /** `[N, 1, width]`. */
  readonly time: Tensor
}

/** What orientations say to atoms, and how they move them. */
export interface OrientationTurn {
  /** `[N, atoms, width]`. */
  readonly message: Tensor
  /** `[N, atoms, 3]`; adds up to zero. */
  readonly move: Tensor
}

/**
 * The four neighbours of a centre span a volume V = (a − d) · ((b − d) × (c − d)). They are given in the order that makes it positive, so
 * the sign says whether the centre is as it should be. The move is a number times ∇V, which are cross products: if positions are
 * reflected and the order is that of the mirror image, V stays and the move is reflected too.
 */
export function orientationTurn(scope: Scope, { centres, y, h, time }: OrientationInputs): OrientationTurn {
  const [batch, rows, atoms] = centres.shape as [number, number, number]
  const [count, width] = [rows / placesOfCentre, h.shape[2]!]
  const byPlace = (values: Tensor): Tensor => reshape(values, [batch, count, placesOfCentre, values.shape[2]!])
  const placed = byPlace(matmul(centres, y))
  const at = (place: number): Tensor => reshape(slice(placed, 2, place, place + 1), [batch, count, 3])
  const [a, b, c] = [sub(at(0), at(3)), sub(at(1), at(3)), sub(at(2), at(3))]
  const gradients = [cross(b, c), cross(c, a), cross(a, b)] as const
  const volume = sum(mul(a, gradients[0]), 2, { keepDims: true })
  const whose = byPlace(centres)
  const there = sum(slice(whose, 2, placesOfCentre - 1), [2, 3], { keepDims: true })
  const exists = reshape(there, [batch, count, 1])

  const seen = concat([mul(tanh(mul(volume, 0.2)), exists), mul(tanh(volume), exists), exists], 2)
  const around = mul(sum(byPlace(matmul(centres, h)), 2), 1 / placesOfCentre)
  const hidden = silu(
    [
      linear(scope.child('seen'), seen, width),
      linear(scope.child('own'), around, width, { bias: false }),
      linear(scope.child('time'), time, width, { bias: false }),
    ].reduce((total, term) => add(total, term)),
  )
  const force = mul(linear(scope.child('force'), hidden, 1, { init: zeros }), exists)
  const length = sqrt(add(sum(concat(gradients.map(square), 2), 2, { keepDims: true }), 1))
  const [toA, toB, toC] = gradients.map((gradient) => div(mul(force, gradient), length)) as [Tensor, Tensor, Tensor]
  const toD = neg(add(add(toA, toB), toC))
  const moves = [toA, toB, toC, toD, mul(toA, 0)].map((move) => reshape(move, [batch, count, 1, 3]))
  const told = mul(linear(scope.child('told'), hidden, width), exists)
  return {
    message: matmul(reshape(sum(whose, 2), [batch, count, atoms]), told, { transposeA: true }),
    move: matmul(centres, reshape(concat(moves, 2), [batch, rows, 3]), { transposeA: true }),
  }
}

/** a × b of vectors along the last axis of `[N, K, 3]`. */
function cross(a: Tensor, b: Tensor): Tensor {
  const part = (x: Tensor, axis: number): Tensor => slice(x, 2, axis, axis + 1)
  const one = (i: number, j: number): Tensor => sub(mul(part(a, i), part(b, j)), mul(part(a, j), part(b, i)))
  return concat([one(1, 2), one(2, 0), one(0, 1)], 2)
}
