/**
 * Versions of ONNX's operators. A model has one version for all of its operators, so a file that is called from a graph of ours meets
 * operators of another version. Most operators did not change; for those that did, {@link changes} says when.
 */
import { TweedieError } from '../../errors.ts'
import type { Context } from './lower/context.ts'
import type { NodeProto } from './proto/model.ts'

/** The version that our lowering writes. */
export const ourOpset = 21

/**
 * Versions from which an operator is new, or means or takes something else. Versions that only allow more types or default values
 * are left out. Reference: https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
const changes: Readonly<Record<string, readonly number[]>> = {
  ArgMax: [12, 13],
  BatchNormalization: [9, 14],
  BitwiseAnd: [18],
  CastLike: [15],
  Clip: [11],
  ConstantOfShape: [9],
  CumSum: [11],
  DepthToSpace: [11],
  Dropout: [12],
  Einsum: [12],
  Erf: [9],
  Expand: [8],
  Gelu: [20],
  GroupNormalization: [18, 21],
  HardSwish: [14],
  IsNaN: [9],
  LayerNormalization: [17],
  LessOrEqual: [12],
  GreaterOrEqual: [12],
  LogSoftmax: [13],
  Mish: [18],
  NonZero: [9],
  OneHot: [9, 11],
  Pad: [11],
  Range: [11],
  ReduceL1: [18],
  ReduceL2: [18],
  ReduceLogSum: [18],
  ReduceLogSumExp: [18],
  ReduceMax: [18],
  ReduceMean: [18],
  ReduceMin: [18],
  ReduceProd: [18],
  ReduceSum: [13],
  ReduceSumSquare: [18],
  Resize: [10, 11],
  Round: [11],
  ScatterElements: [11],
  ScatterND: [11, 16],
  Shape: [15],
  Sign: [9],
  Slice: [10],
  Softmax: [13],
  Split: [13, 18],
  Squeeze: [13],
  TopK: [10, 11],
  Trilu: [14],
  Unsqueeze: [13],
  Upsample: [9, 10],
  Where: [9],
}

/** Operators that changed between two versions, of those that these nodes and graphs within them are of. */
export function changed(nodes: readonly NodeProto[], a: number, b: number): readonly string[] {
  const [from, to] = [Math.min(a, b), Math.max(a, b)]
  const types = new Set(nodes.flatMap(typesOf))
  return [...types].filter((type) => changes[type]?.some((version) => version > from && version <= to) === true)
}

/** The standard operators of a node and of graphs within it. */
function typesOf({ opType, domain = '', attributes = {} }: NodeProto): string[] {
  const within = Object.values(attributes).flatMap((value) =>
    value.kind === 'graph' ? value.value.nodes.flatMap(typesOf) : [],
  )
  return domain === '' || domain === 'ai.onnx' ? [opType, ...within] : within
}

/**
 * The versions of a graph: ours, or, where it calls files, the highest at which all operators, ours and the files', mean what they
 * were written for.
 *
 * @throws TweedieError `model` that names an operator where there is none
 */
export function opsetsOf(context: Context): Record<string, number> {
  const opsets: Record<string, number> = { '': ourOpset }
  for (const domain of context.domains) if (domain !== '' && domain !== 'ai.onnx') opsets[domain] = 1
  const called = [...context.files.values()]
  for (const { name, model } of called) {
    for (const [domain, version] of Object.entries(model.opsets)) {
      if (domain === '' || domain === 'ai.onnx') continue
      if (opsets[domain] !== 1 && opsets[domain] !== version) throw twoVersions(name, domain, version, opsets[domain]!)
      opsets[domain] = version
    }
  }
  if (called.length === 0) return opsets
  const theirs = called.map(({ name, model }) => ({
    name,
    opset: model.opsets[''] ?? model.opsets['ai.onnx'] ?? ourOpset,
    nodes: model.graph.nodes,
  }))
  const own = context.nodes.filter(
    ({ name = '', outputs }) => !called.some(({ prefix }) => isOf(prefix, name, outputs)),
  )
  const all = [...theirs, { name: 'the graph around', opset: ourOpset, nodes: own }]
  const tried = [...new Set(theirs.map(({ opset }) => opset))].toSorted((a, b) => b - a)
  const fits = (opset: number): boolean => all.every((part) => changed(part.nodes, part.opset, opset).length === 0)
  const opset = tried.find(fits) ?? (fits(ourOpset) ? ourOpset : undefined)
  if (opset !== undefined) return { ...opsets, '': opset }
  const [one] = theirs
  const other = all.find((part) => changed(part.nodes, part.opset, one!.opset).length > 0)!
  throw new TweedieError(
    'model',
    `${one!.name} is of operator set ${one!.opset}, in which ${other.name} cannot be written: ${changed(other.nodes, other.opset, one!.opset).join(', ')}`,
    { hint: 'export the file again with operator set 18 or later' },
  )
}

const isOf = (prefix: string, name: string, outputs: readonly string[]): boolean =>
  name.startsWith(prefix) || outputs.some((output) => output.startsWith(prefix))

function twoVersions(name: string, domain: string, version: number, other: number): TweedieError {
  return new TweedieError('model', `${name}: operators of ${domain} ${version}, where others are of ${other}`)
}
