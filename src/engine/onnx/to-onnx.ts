/** A graph of symbolic tensors as an ONNX model. */
import { TweedieError } from '../../errors.ts'
import { isStored, type KnownArray } from '../graph/stored.ts'
import type { Tensor } from '../graph/tensor.ts'
import { showShape, sizeOf } from '../graph/shape.ts'
import { topological } from '../graph/traverse.ts'
import { type AttentionFusions, findAttentions, fusedAttention } from './fuse-attention.ts'
import { findFusions } from './fuse.ts'
import { conv, convInput, convPlus } from './lower/conv.ts'
import { reshapeTo } from './lower/movement.ts'
import { groupNorm, layerNorm, takesNorm } from './lower/affine-norm.ts'
import { sumOver } from './lower/reduce.ts'
import { Context } from './lower/context.ts'
import type { Target } from './lower/context.ts'
import { opsetsOf } from './opsets.ts'
import { readsOf } from './rename.ts'
import type { LowerRule } from './lower/rule.ts'
import { lowerRules } from './lower/rules.ts'
import type { SourceOp } from './lower/rules.ts'
import type { ModelProto, NodeProto, ValueInfo } from './proto/model.ts'
import type { OpName } from '../graph/ops.ts'

/** Options of {@link toOnnx}. */
export interface ToOnnxOptions {
  /** Where the model will run. */
  readonly target?: Target
  /**
   * Values of inputs that are built into the model as constants: weights, when sampling. Those that are kept as they are stored
   * stay inputs, of the type in which they are stored.
   */
  readonly constants?: ReadonlyMap<string, KnownArray>
  /** Free-form text stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * Lowers named outputs, and all that they depend on, to one ONNX model. Fed values keep their names as graph inputs.
 *
 * @throws TweedieError `usage` if two different inputs share a name, `shape` if a constant does not fill its input
 */
export function toOnnx(outputs: Readonly<Record<string, Tensor>>, options: ToOnnxOptions = {}): ModelProto {
  const context = new Context(options.target ?? { provider: 'cpu' })
  const names = new Map<Tensor, string>()
  const inputs = new Map<string, { tensor: Tensor; info: ValueInfo }>()

  const order = topological(deepestFirst(Object.values(outputs)))
  const fusions = findFusions(order, Object.values(outputs), (norm) => takesNorm(context, norm))
  const { biased, affine, summed, kept } = fusions
  const { attentions, absorbed: within } =
    context.target.provider === 'cpu' ? findAttentions(order, Object.values(outputs)) : noAttentions
  const absorbed = new Set([...fusions.absorbed, ...within])
  context.staysInBlocks = fusions.staysInBlocks
  const outputNames = new Map<Tensor, string[]>()
  for (const [name, tensor] of Object.entries(outputs)) {
    outputNames.set(tensor, [...(outputNames.get(tensor) ?? []), name])
  }
  for (const tensor of order) {
    if (absorbed.has(tensor)) continue
    const name = lower(tensor)
    context.know(name, tensor.shape)
    names.set(tensor, name)
    // An Identity gives every output its own name; the runtime removes it.
    for (const output of outputNames.get(tensor) ?? []) {
      context.nodes.push({ opType: 'Identity', name: `output:${output}`, inputs: [name], outputs: [output] })
    }
  }

  function lower(tensor: Tensor): string {
    const nameOf = (from: Tensor): string => names.get(from)!
    const pair = biased.get(tensor)
    if (pair !== undefined) {
      const [x, w] = pair.conv.inputs.map(nameOf) as [string, string]
      const bias = reshapeTo(context, nameOf(pair.bias), [pair.conv.shape[1]!])
      return pair.conv.op === 'conv' ? conv(context, pair.conv, x, w, bias) : convInput(context, pair.conv, x, w, bias)
    }
    const sum = summed.get(tensor)
    if (sum !== undefined) {
      const [x, w] = sum.conv.inputs.map(nameOf) as [string, string]
      const bias = reshapeTo(context, nameOf(sum.bias), [sum.conv.shape[1]!])
      return convPlus(context, sum.conv, x, w, bias, nameOf(sum.plus))
    }
    const norm = affine.get(tensor)
    if (norm !== undefined) {
      const [gamma, beta] = [nameOf(norm.gamma), nameOf(norm.beta)]
      const { normal, image, shift } = norm
      if (image === undefined) return layerNorm(context, normal, nameOf(normal.inputs[0]!), gamma, beta)
      return groupNorm(context, {
        shape: image.shape,
        groups: normal.shape[1]!,
        epsilon: normal.attributes.epsilon,
        x: nameOf(image),
        gamma,
        beta,
        shift: shift && { name: nameOf(shift), items: shift.shape[0]! },
      })
    }
    const attention = attentions.get(tensor)
    if (attention !== undefined) {
      const { q, k, v } = attention
      return fusedAttention(context, attention, [nameOf(q), nameOf(k), nameOf(v)])
    }
    const keeps = kept.get(tensor)
    if (keeps !== undefined) return sumOver(context, nameOf(keeps.inputs[0]!), keeps.attributes.axes, true)
    if (tensor.op === 'constant') return context.literal(tensor.dtype, tensor.shape, tensor.attributes.data)
    if (tensor.op === 'input') return declare(tensor, tensor.attributes.name)
    const rule = lowerRules[tensor.op] as LowerRule<Exclude<OpName, SourceOp>>
    return rule(context, tensor as never, ...tensor.inputs.map(nameOf))
  }

  function declare(tensor: Tensor, name: string): string {
    const value = options.constants?.get(name)
    if (value !== undefined) {
      const { length } = isStored(value) ? value.data : value
      if (length !== sizeOf(tensor.shape)) {
        throw new TweedieError(
          'shape',
          `constant ${name}: ${length} elements do not fill shape ${showShape(tensor.shape)}`,
        )
      }
      if (!isStored(value)) return context.literal(tensor.dtype, tensor.shape, value, name)
      inputs.set(name, { tensor, info: { name, dtype: value.stored, shape: tensor.shape } })
      return context.widen(name, value.stored)
    }
    const known = inputs.get(name)
    if (known !== undefined && known.tensor !== tensor) {
      throw new TweedieError('usage', `two different inputs are called ${name}`, {
        hint: 'make the input once and use it twice',
      })
    }
    inputs.set(name, { tensor, info: { name, dtype: tensor.dtype, shape: tensor.shape } })
    return name
  }

  const infos = Object.entries(outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))

  const opsets = opsetsOf(context)
  const nodes = wideningFirst(usedNodes(context.nodes, Object.keys(outputs)), context.fed)
  const used = new Set(nodes.flatMap(readsOf))
  return {
    irVersion: 10,
    opsets,
    producerName: 'tweedie',
    metadata: options.metadata ?? {},
    graph: {
      name: 'tweedie',
      nodes,
      initializers: context.initializers.filter(({ name }) => used.has(name) || options.constants?.has(name)),
      inputs: Array.from(inputs.values(), ({ info }) => info),
      outputs: infos,
    },
  }
}

/**
 * The nodes, those that widen weights first. ONNX Runtime visits the inputs of an operator from the latest node to the earliest, so each
 * weight is widened right before its use, and not before all that the use waits for.
 */
function wideningFirst(nodes: readonly NodeProto[], fed: ReadonlySet<string>): readonly NodeProto[] {
  const widens = ({ outputs }: NodeProto): boolean => fed.has(outputs[0]!)
  return fed.size === 0 ? nodes : [...nodes.filter(widens), ...nodes.filter((node) => !widens(node))]
}

const noAttentions: AttentionFusions = { attentions: new Map(), absorbed: new Set() }

/** The nodes on which an output depends: some reshaped views may no longer be used. */
function usedNodes(nodes: readonly NodeProto[], outputs: readonly string[]): NodeProto[] {
  const wanted = new Set(outputs)
  const used = nodes.toReversed().filter((node) => {
    const isUsed = node.outputs.some((name) => wanted.has(name))
    if (isUsed) for (const name of readsOf(node)) wanted.add(name)
    return isUsed
  })
  return used.reverse()
}

/**
 * Outputs in falling order of the longest way to them. ONNX Runtime computes outputs in the reverse order of the nodes that
 * make them, each with all that it still lacks. So a layer's weight gradient is computed as soon as it can be, and what
 * only it needs is freed, before the gradient goes on to the layer below.
 */
function deepestFirst(outputs: readonly Tensor[]): Tensor[] {
  const depths = new Map<Tensor, number>()
  for (const tensor of topological(outputs)) {
    depths.set(tensor, 1 + Math.max(0, ...tensor.inputs.map((each) => depths.get(each)!)))
  }
  return [...outputs].sort((a, b) => depths.get(b)! - depths.get(a)!)
}
