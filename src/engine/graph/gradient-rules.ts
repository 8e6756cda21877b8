/**
 * The gradient rule of every operator: from dy, the gradient of a scalar in the operator's value y, to the gradients in
 * its inputs, as graphs of the same operators. So a gradient has gradients too. `undefined`: nothing flows there.
 */
import { TweedieError } from '../../errors.ts'
import {
  add,
  cast,
  cos,
  div,
  equal,
  exp,
  less,
  lessEqual,
  log,
  mul,
  neg,
  pow,
  sigmoid,
  sign,
  sin,
  square,
  sub,
  where,
} from './elementwise.ts'
import { isFloat } from './dtype.ts'
import { convInput, convWeight, convWindow, matmul } from './linear.ts'
import {
  broadcastTo,
  gather,
  pad,
  reshape,
  reverse,
  scatterAdd,
  sliceAll,
  split,
  transpose,
  upsample,
} from './movement.ts'
import type { Attributes, OpName, Window } from './ops.ts'
import { inverseStd, mean, stretch, sum, sumPool, sumTo } from './reduce.ts'
import { sameShape } from './shape.ts'
import { filled } from './tensor.ts'
import type { Tensor, TensorOf } from './tensor.ts'

/** Gradients in the inputs, given the node (also its value `y`) and the gradient `dy` in its value. */
export type GradientRule<K extends OpName> = (
  dy: Tensor,
  y: TensorOf<K> & Tensor,
  ...inputs: Tensor[]
) => (Tensor | undefined)[]

const none = (_dy: Tensor, y: Tensor): undefined[] => y.inputs.map(() => undefined)
const zero = (x: Tensor): Tensor => filled(0, x.shape, x.dtype)

/** dy where the mask holds, else 0; broadcast back to `to`. */
const masked = (mask: Tensor, dy: Tensor, to: Tensor): Tensor => sumTo(where(mask, dy, zero(dy)), to.shape)

/** max and min: the larger (smaller) operand gets dy, equal ones half each. */
function selectGradient(dy: Tensor, winnerIsA: Tensor, a: Tensor, b: Tensor): Tensor[] {
  const tie = equal(a, b)
  const half = mul(dy, 0.5)
  const toA = where(tie, half, where(winnerIsA, dy, zero(dy)))
  return [sumTo(toA, a.shape), sumTo(sub(dy, toA), b.shape)]
}

export const gradientRules: { readonly [K in OpName]: GradientRule<K> } = {
  input: none,
  constant: none,
  stopGradient: none,
  sign: none,
  floor: none,
  round: none,
  not: none,
  equal: none,
  less: none,
  lessEqual: none,
  and: none,
  or: none,

  call(_, { attributes: { file } }) {
    throw new TweedieError('usage', `${file.name}: an ONNX file says what to compute, and has no gradients`, {
      hint: 'choose a way without gradients, or open the model from its own weights: a folder with .safetensors files',
    })
  },

  neg: (dy) => [neg(dy)],
  exp: (dy, y) => [mul(dy, y)],
  log: (dy, _, x) => [div(dy, x)],
  sqrt: (dy, y) => [div(mul(dy, 0.5), y)],
  reciprocal: (dy, y) => [neg(mul(dy, square(y)))],
  abs: (dy, _, x) => [mul(dy, sign(x))],
  sin: (dy, _, x) => [mul(dy, cos(x))],
  cos: (dy, _, x) => [neg(mul(dy, sin(x)))],
  tanh: (dy, y) => [mul(dy, sub(1, square(y)))],
  erf: (dy, _, x) => [mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))],
  sigmoid: (dy, y) => [mul(dy, mul(y, sub(1, y)))],
  relu: (dy, _, x) => [where(less(0, x), dy, zero(dy))],
  // y = x s with s = sigmoid(x), so y' = s + x s (1 − s) = s + y (1 − s) = y + s (1 − y)
  silu: (dy, y, x) => [mul(dy, add(y, mul(sigmoid(x), sub(1, y))))],

  add: (dy, _, a, b) => [sumTo(dy, a.shape), sumTo(dy, b.shape)],
  sub: (dy, _, a, b) => [sumTo(dy, a.shape), sumTo(neg(dy), b.shape)],
  mul: (dy, _, a, b) => [sumTo(mul(dy, b), a.shape), sumTo(mul(dy, a), b.shape)],
  div: (dy, y, a, b) => [sumTo(div(dy, b), a.shape), sumTo(neg(div(mul(dy, y), b)), b.shape)],
  pow: (dy, y, a, b) => [sumTo(mul(dy, mul(b, pow(a, sub(b, 1)))), a.shape), sumTo(mul(dy, mul(y, log(a))), b.shape)],
  max: (dy, _, a, b) => selectGradient(dy, less(b, a), a, b),
  min: (dy, _, a, b) => selectGradient(dy, less(a, b), a, b),

  where: (dy, _, condition, a, b) => {
    const nothing = zero(dy)
    return [undefined, sumTo(where(condition, dy, nothing), a.shape), sumTo(where(condition, nothing, dy), b.shape)]
  },

  cast: (dy, _, x) => [isFloat(x.dtype) && isFloat(dy.dtype) ? cast(dy, x.dtype) : undefined],

  sum: (dy, { attributes }, x) => [spread(dy, attributes.axes, x)],
  reduceMax: (dy, y, x) => {
    const { axes } = y.attributes
    const atPeak = lessEqual(spread(y, axes, x), x)
    const shares = spread(sum(cast(atPeak, dy.dtype), axes), axes, x)
    return [masked(atPeak, div(spread(dy, axes, x), shares), x)]
  },

  reshape: (dy, _, x) => [reshape(dy, x.shape)],
  transpose: (dy, { attributes: { permutation } }) => [
    transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  broadcastTo: (dy, _, x) => [sumTo(dy, x.shape)],

  slice: (dy, { attributes: { start, step } }, x) => {
    const covered = dy.shape.map((dim, axis) => (dim === 0 ? 0 : (dim - 1) * step[axis]! + 1))
    const after = x.shape.map((dim, axis) => dim - start[axis]! - covered[axis]!)
    return [pad(dy, start, after, { interior: step.map((by) => by - 1) })]
  },
  pad: (dy, { attributes: { before, after, interior } }) => [
    sliceAll(
      dy,
      before,
      dy.shape.map((dim, axis) => dim - after[axis]!),
      interior.map((gap) => gap + 1),
    ),
  ],
  reverse: (dy, { attributes: { axes } }) => [reverse(dy, axes)],
  concat: (dy, { attributes: { axis } }, ...inputs) =>
    split(
      dy,
      axis,
      inputs.map((each) => each.shape[axis]!),
    ),

  gather: (dy, _, table, indices) => [scatterAdd(dy, indices, table.shape[0]!), undefined],
  scatterAdd: (dy, _, _updates, indices) => [gather(dy, indices), undefined],

  matmul: (dy, { attributes: { transposeA, transposeB } }, a, b) => [
    sumTo(
      transposeA
        ? matmul(b, dy, { transposeA: transposeB, transposeB: true })
        : matmul(dy, b, { transposeB: !transposeB }),
      a.shape,
    ),
    matmulGradientB(dy, a, b, transposeA, transposeB),
  ],

  // conv, convInput and convWeight come from one trilinear form Σ dy · (x ⋆ w): the gradients of each are the two
  // others.
  conv: (dy, { attributes }, x, w) => [
    convInput(dy, w, attributes, x.shape.slice(2)),
    convWeight(x, dy, attributes, w.shape.slice(2)),
  ],
  convInput: (dx, { attributes }, dy, w) => [
    convWindow(dx, w, windowOf(attributes)),
    convWeight(dx, dy, attributes, w.shape.slice(2)),
  ],
  convWeight: (dw, { attributes }, x, dy) => [
    convInput(dy, dw, attributes, x.shape.slice(2)),
    convWindow(x, dw, windowOf(attributes)),
  ],

  upsample: (dy, { attributes }) => [sumPool(dy, attributes.factors)],
  sumPool: (dy, { attributes }) => [upsample(dy, attributes.factors)],

  softmax: (dy, y) => {
    const { axis } = y.attributes
    return [mul(y, sub(dy, stretch(sum(mul(dy, y), axis), axis, y.shape)))]
  },
  logSoftmax: (dy, y) => {
    const { axis } = y.attributes
    return [sub(dy, mul(exp(y), stretch(sum(dy, axis), axis, y.shape)))]
  },

  // y = (x − μ) r with r = inverseStd(x): dx = r (dy − mean(dy) − y mean(dy y))
  normalize: (dy, y, x) => [
    normalizeByChannel(dy, y, x) ??
      mul(
        inverseStd(x, y.attributes.epsilon),
        sub(sub(dy, mean(dy, -1, { keepDims: true })), mul(y, mean(mul(dy, y), -1, { keepDims: true }))),
      ),
  ],
  // r = (v + ε)^(−1/2) and dv = 2/n (x − μ) dx, so dr = −r³ (x − μ) / n dx
  inverseStd: (dr, r, x) => {
    const centred = sub(x, mean(x, -1, { keepDims: true }))
    return [mul(centred, mul(dr, mul(pow(r, 3), -1 / x.shape.at(-1)!)))]
  },
}

/**
 * The gradient of normalize behind a group normalisation, where dy = γ dz with one γ for each channel of `dz [N, C, …S]`, and
 * x is `[N, G, C / G · |S|]`: the means over a group are γ-weighted sums of each channel's Σ dz and Σ dz y, which the
 * gradients in γ and β need as well, and dy itself is never written.
 */
function normalizeByChannel(dy: Tensor, y: TensorOf<'normalize'> & Tensor, x: Tensor): Tensor | undefined {
  const scaled = dy.op === 'reshape' ? dy.inputs[0]! : dy
  if (scaled.op !== 'mul' || y.shape.length !== 3) return undefined
  const [dz, gamma] = scaled.inputs
  const [batch, channels, ...spatial] = dz.shape as [number, number, ...number[]]
  const [, groups, size] = y.shape as [number, number, number]
  const perChannel = [channels, ...spatial.map(() => 1)]
  if (spatial.length === 0 || batch !== y.shape[0] || channels % groups !== 0) return undefined
  if (!sameShape(gamma.shape, perChannel) || !sameShape(dz.shape, scaled.shape)) return undefined

  const places = spatial.map((_, axis) => axis + 2)
  const weights = reshape(gamma, [1, groups, channels / groups])
  const groupMean = (sums: Tensor): Tensor =>
    mul(sum(mul(reshape(sums, [batch, groups, channels / groups]), weights), -1, { keepDims: true }), 1 / size)
  const plain = groupMean(sum(dz, places))
  const along = groupMean(sum(mul(dz, reshape(y, dz.shape)), places))
  const r = inverseStd(x, y.attributes.epsilon)
  const own = mul(dz, reshape(mul(r, weights), [batch, ...perChannel]))
  return sub(sub(reshape(own, y.shape), mul(y, mul(r, along))), mul(r, plain))
}

/** A reduced gradient stretched back over the axes that were summed away. */
function spread(dy: Tensor, axes: readonly number[], x: Tensor): Tensor {
  return broadcastTo(
    reshape(
      dy,
      x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
    ),
    x.shape,
  )
}

/** The gradient of a·b in b. A matrix b shared by a stack of a's is one tall product, not a sum of many. */
function matmulGradientB(dy: Tensor, a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  const shared = b.shape.length === 2 && a.shape.length > 2 && !transposeA
  const left = shared ? reshape(a, [-1, a.shape.at(-1)!]) : a
  const right = shared ? reshape(dy, [-1, dy.shape.at(-1)!]) : dy
  return sumTo(
    transposeB
      ? matmul(right, left, { transposeA: true, transposeB: transposeA })
      : matmul(left, right, { transposeA: !transposeA }),
    b.shape,
  )
}

const windowOf = ({
  stride,
  padding,
  dilation,
  groups,
}: Attributes['convInput'] | Attributes['convWeight']): Window => ({ stride, padding, dilation, groups })
