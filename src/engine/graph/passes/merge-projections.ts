/**
 * Attention of one head with fewer products. If projections follow one another with nothing but products between them,
 * and their weights are constants, one product with merged weights replaces both:
 *
 *     softmax(s (x_q W_qᵀ + b_q) (x_k W_kᵀ + b_k)ᵀ) = softmax((x_q M + c) x_kᵀ),   M = s W_qᵀ W_k,  c = s b_q W_k
 *     P (x_v W_vᵀ + b_v) W_oᵀ = P (x_v W_vᵀ W_oᵀ) + b_v W_oᵀ,                     P = softmax(…)
 *
 * b_k adds the same to a query's products with all keys, which the softmax ignores, and rows of P add up to 1. Instead
 * of four
 * projections there are two. A head of its own few features gains nothing by it: M would be as large as for all heads together.
 */
import { add, mul } from '../elementwise.ts'
import { matmul } from '../linear.ts'
import { reshape, transpose } from '../movement.ts'
import { softmax } from '../reduce.ts'
import { sizeOf } from '../shape.ts'
import type { Tensor, TensorOf } from '../tensor.ts'
import { usesOf } from '../traverse.ts'
import { replacements } from './replacements.ts'

/** `scale (x Wᵀ + bias)` */
interface Projection {
  readonly x: Tensor
  /** `[out, in]` */
  readonly weight: Tensor
  /** `[out]` */
  readonly bias: Tensor | undefined
  /** One constant. */
  readonly scale: Tensor | undefined
}

/**
 * Merges the projections of single-headed attention. Call it after `simplify`. Values change by rounding only.
 *
 * @param isKnown whether an input's values are known before the graph runs
 */
export function mergeProjections(
  outputs: readonly Tensor[],
  isKnown: (input: TensorOf<'input'>) => boolean,
): readonly Tensor[] {
  const uses = usesOf(outputs)
  const alone = (tensor: Tensor): boolean => uses.get(tensor) === 1
  const known = (tensor: Tensor): boolean => tensor.op === 'input' && isKnown(tensor)

  const { now, over } = replacements()
  /** Sums `product + bias` that stand for a product: another bias goes to the first. */
  const biased = new Map<Tensor, { readonly product: Stored; readonly bias: Tensor }>()

  /** Returns the tensor if it is used only once. */
  const projectionOf = (tensor: Tensor): Projection | undefined => {
    if (!alone(tensor)) return undefined
    const scaled = withOperand(tensor, 'mul', (each) => each.op === 'constant' && sizeOf(each.shape) === 1)
    const shifted = withOperand(scaled?.rest ?? tensor, 'add', (each) => known(each) && each.shape.length === 1)
    const product = shifted?.rest ?? scaled?.rest ?? tensor
    const isLinear = product.op === 'matmul' && !product.attributes.transposeA && product.attributes.transposeB
    const [x, weight] = product.inputs as [Tensor, Tensor]
    if (!isLinear || x.shape.length !== 3 || weight.shape.length !== 2 || !known(weight)) return undefined
    if (![scaled?.rest, shifted?.rest].every((each) => each === undefined || alone(each))) return undefined
    if (shifted && shifted.operand.shape[0] !== weight.shape[0]) return undefined
    return { x, weight, bias: shifted?.operand, scale: scaled?.operand }
  }

  const scores = (tensor: Tensor): Tensor | undefined => {
    if (tensor.op !== 'softmax' || tensor.attributes.axis !== tensor.shape.length - 1) return undefined
    const product = tensor.inputs[0]!
    if (product.op !== 'matmul' || product.attributes.transposeA || !product.attributes.transposeB) return undefined
    const [q, k] = product.inputs.map(projectionOf)
    if (!alone(product) || !q || !k || k.weight.shape[1]! > k.weight.shape[0]!) return undefined
    const scaled = (value: Tensor): Tensor =>
      [q, k].reduce((factor, { scale }) => (scale ? mul(factor, scale) : factor), value)
    const weights = scaled(matmul(q.weight, k.weight, { transposeA: true }))
    const merged = times(stored(now(q.x)), { tensor: weights, turned: false }, false)
    const queries = q.bias ? withRow(merged, scaled(row(q.bias, k.weight, false))) : merged
    const keys = stored(now(k.x))
    return softmax(times(queries, { ...keys, turned: !keys.turned }, false).tensor)
  }

  const values = (tensor: Tensor): Tensor | undefined => {
    if (tensor.op !== 'matmul' || tensor.attributes.transposeA || !tensor.attributes.transposeB) return undefined
    const [seen, weight] = tensor.inputs
    if (seen.op !== 'matmul' || seen.attributes.transposeA || seen.attributes.transposeB) return undefined
    const [attention, value] = seen.inputs
    const isAttention = attention.op === 'softmax' && attention.attributes.axis === 2 && attention.shape.length === 3
    const v = projectionOf(value)
    if (!isAttention || !alone(seen) || !v || v.scale || weight.shape.length !== 2 || !known(weight)) return undefined
    if (weight.shape[0]! > weight.shape[1]!) return undefined
    const weights = matmul(v.weight, weight, { transposeA: true, transposeB: true })
    const x = stored(now(v.x))
    const merged = times(x, { tensor: weights, turned: false }, x.turned)
    const result = times({ tensor: now(attention), turned: false }, merged, x.turned)
    if (!v.bias) return upright(result)
    const bias = row(v.bias, weight, true)
    const sum = upright(withRow(result, bias))
    biased.set(sum, { product: result, bias })
    return sum
  }

  const further = (tensor: Tensor): Tensor | undefined => {
    const sum = withOperand(tensor, 'add', (each) => known(each) && each.shape.length === 1)
    const first = sum && biased.get(now(sum.rest))
    return first && alone(sum.rest) ? upright(withRow(first.product, add(first.bias, sum.operand))) : undefined
  }

  return over(outputs, (tensor) => scores(tensor) ?? values(tensor) ?? further(tensor))
}

/**
 * Matrices, which may be stored transposed: tokens made of the pixels of an image are, and products of them may stay
 * so.
 */
interface Stored {
  readonly tensor: Tensor
  readonly turned: boolean
}

function stored(tensor: Tensor): Stored {
  const turned = tensor.op === 'transpose' && String(tensor.attributes.permutation) === '0,2,1'
  return turned ? { tensor: tensor.inputs[0]!, turned } : { tensor, turned }
}

const upright = ({ tensor, turned }: Stored): Tensor => (turned ? transpose(tensor, [0, 2, 1]) : tensor)

/** `a b`, stored transposed or not. */
function times(a: Stored, b: Stored, turned: boolean): Stored {
  const tensor = turned
    ? matmul(b.tensor, a.tensor, { transposeA: !b.turned, transposeB: !a.turned })
    : matmul(a.tensor, b.tensor, { transposeA: a.turned, transposeB: b.turned })
  return { tensor, turned }
}

/** The same vector added to every row. */
const withRow = ({ tensor, turned }: Stored, vector: Tensor): Stored => ({
  tensor: add(tensor, turned ? reshape(vector, [-1, 1]) : vector),
  turned,
})

/** The operand of a sum or product that matches, and the other one. */
function withOperand(
  tensor: Tensor,
  op: 'add' | 'mul',
  isIt: (operand: Tensor) => boolean,
): { readonly rest: Tensor; readonly operand: Tensor } | undefined {
  if (tensor.op !== op) return undefined
  const [a, b] = tensor.inputs
  return isIt(b) ? { rest: a, operand: b } : isIt(a) ? { rest: b, operand: a } : undefined
}

/** `[d]` times a matrix, or its transpose, as `[C]`. */
function row(vector: Tensor, matrix: Tensor, transposeB: boolean): Tensor {
  return reshape(matmul(reshape(vector, [1, -1]), matrix, { transposeB }), [-1])
}
