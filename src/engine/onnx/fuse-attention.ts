/**
 * Attention of several heads over many places as one operator of ONNX Runtime, which goes through queries and keys in tiles and never holds all
 * scores: at 4096 places, 8 heads and two items those would take a gigabyte.
 *
 * Dao et al., FlashAttention (2022), https://arxiv.org/abs/2205.14135
 */
import { constantValue } from '../graph/tensor.ts'
import type { Tensor, TensorOf } from '../graph/tensor.ts'
import { usesOf } from '../graph/traverse.ts'
import type { Context } from './lower/context.ts'
import { attribute } from './proto/model.ts'

/** `softmax(scale q kᵀ) v` for each head. */
export interface FusedAttention {
  /** `[N, T, C]` */
  readonly q: Tensor
  /** `[N, S, C]` each. */
  readonly k: Tensor
  readonly v: Tensor
  readonly heads: number
  readonly scale: number
}

/** The fused attentions by the node whose value they give, `[N, T, C]`, and the nodes that they replace. */
export interface AttentionFusions {
  readonly attentions: ReadonlyMap<Tensor, FusedAttention>
  readonly absorbed: ReadonlySet<Tensor>
}

/** Scores of one head from which on tiles are faster, and their memory matters. */
const leastScores = 2 ** 20

/**
 * Finds attentions over many places, if nothing else uses their scores:
 *
 *     reshape(transpose(matmul(softmax(matmul(scale · heads(q), heads(k), transposeB)), heads(v))))
 *     heads(x) = transpose(reshape(x, [N, T, H, C / H]), [0, 2, 1, 3])
 */
export function findAttentions(order: readonly Tensor[], outputs: readonly Tensor[]): AttentionFusions {
  const uses = usesOf(outputs)
  const attentions = new Map<Tensor, FusedAttention>()
  const absorbed = new Set<Tensor>()
  for (const tensor of order) {
    const found = attentionOf(tensor)
    if (found === undefined || !found.inner.every((each) => uses.get(each) === 1)) continue
    attentions.set(tensor, found)
    for (const each of found.inner) absorbed.add(each)
  }
  return { attentions, absorbed }
}

function attentionOf(merged: Tensor): (FusedAttention & { readonly inner: readonly Tensor[] }) | undefined {
  const seen = inHeads(merged.op === 'reshape' ? merged.inputs[0] : undefined)
  if (!isProduct(seen, false)) return undefined
  const [weights, values] = seen.inputs
  if (weights.op !== 'softmax' || weights.attributes.axis !== 3 || weights.dtype !== 'float32') return undefined
  const scores = weights.inputs[0]!
  const [, heads, places, others] = weights.shape as [number, number, number, number]
  if (!isProduct(scores, true) || places * others < leastScores) return undefined
  const [scaled, keys] = scores.inputs
  const { rest, scale } = withoutScale(scaled)
  const [q, k, v] = [rest, keys, values].map(splitOf)
  if (!q || !k || !v || q.shape.join() !== merged.shape.join()) return undefined
  const inner = [merged.inputs[0]!, seen, weights, scores, ...(rest === scaled ? [] : [scaled])]
  return { q, k, v, heads, scale, inner }
}

/** What `[N, H, T, D]` became `[N, T, H, D]`. */
function inHeads(tensor: Tensor | undefined): Tensor | undefined {
  const swaps = tensor?.op === 'transpose' && String(tensor.attributes.permutation) === '0,2,1,3'
  return swaps ? tensor.inputs[0]! : undefined
}

/** `x [N, T, C]` of `heads(x)`. */
function splitOf(tensor: Tensor): Tensor | undefined {
  const split = inHeads(tensor)
  const x = split?.op === 'reshape' ? split.inputs[0]! : undefined
  const [batch, places, heads, size] = split?.shape ?? []
  return x?.shape.join() === [batch, places, heads! * size!].join() ? x : undefined
}

function isProduct(tensor: Tensor | undefined, transposeB: boolean): tensor is TensorOf<'matmul'> & Tensor {
  return tensor?.op === 'matmul' && !tensor.attributes.transposeA && tensor.attributes.transposeB === transposeB
}

function withoutScale(tensor: Tensor): { readonly rest: Tensor; readonly scale: number } {
  if (tensor.op !== 'mul') return { rest: tensor, scale: 1 }
  const [a, b] = tensor.inputs
  const [left, right] = [constantValue(a), constantValue(b)]
  if (right !== undefined) return { rest: a, scale: right }
  return left === undefined ? { rest: tensor, scale: 1 } : { rest: b, scale: left }
}

/** The operator, in the runtime's own domain. */
export function fusedAttention(
  context: Context,
  { heads, scale }: FusedAttention,
  names: readonly [q: string, k: string, v: string],
): string {
  return context.emit(
    'MultiHeadAttention',
    names,
    { num_heads: heads, scale: attribute.float(scale) },
    { domain: 'com.microsoft' },
  )
}
