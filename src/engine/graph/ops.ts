/**
 * The operators: each one's attributes. A rule table has an entry for every name here, checked by the compiler:
 * shapes (`infer.ts`), gradients (`gradient-rules.ts`), reference evaluation (`reference/`), ONNX (`../onnx/lower/`).
 */
import type { DType, HostArray } from './dtype.ts'
import type { Shape } from './shape.ts'

/** Where a convolution's window lies: one entry per spatial dimension. */
export interface Window {
  /** Step of the window. */
  readonly stride: readonly number[]
  /** Zeros added in front of and behind each spatial dimension. */
  readonly padding: readonly (readonly [before: number, after: number])[]
  /** Distance between the kernel's taps. */
  readonly dilation: readonly number[]
  /** Channels are cut into this many groups, each convolved on its own. */
  readonly groups: number
}

/** Tensors of a file that lie in other files: in a folder of a disk, or their contents by the names that the file has for them. */
export type ExternalData = { readonly folder: string } | { readonly files: ReadonlyMap<string, Uint8Array> }

/** A graph of another program, as the bytes of an ONNX file: what is in it, only the lowering looks at. */
export interface GraphFile {
  /** What to call it in errors: its path. */
  readonly name: string
  /** Two files with one identity are the same. */
  readonly identity: string
  readonly bytes: Uint8Array
  readonly external?: ExternalData | undefined
}

/** The files of a part by what they are: `model`; `encoder` and `decoder` of an autoencoder. */
export type GraphFiles = Readonly<Record<string, GraphFile>>

type None = Readonly<Record<never, never>>

/** Operators of one tensor, element by element. */
export const unaryOps = [
  'neg',
  'exp',
  'log',
  'sqrt',
  'reciprocal',
  'abs',
  'sign',
  'floor',
  'round',
  'sin',
  'cos',
  'tanh',
  'erf',
  'sigmoid',
  'relu',
  'silu',
  'not',
  'stopGradient',
] as const
/** Operators of two tensors, element by element, broadcasting. */
export const arithmeticOps = ['add', 'sub', 'mul', 'div', 'pow', 'max', 'min'] as const
/** Operators of two tensors that answer yes or no, broadcasting. */
export const comparisonOps = ['equal', 'less', 'lessEqual', 'and', 'or'] as const

export type UnaryOp = (typeof unaryOps)[number]
export type ArithmeticOp = (typeof arithmeticOps)[number]
export type ComparisonOp = (typeof comparisonOps)[number]

/** Every operator and its attributes. */
export interface Attributes extends Record<UnaryOp | ArithmeticOp | ComparisonOp, None> {
  /** A value fed at every run: data, noise, a parameter. */
  input: { readonly name: string; readonly shape: Shape; readonly dtype: DType }
  /** A value known when the graph is built. */
  constant: { readonly shape: Shape; readonly data: HostArray }
  /** `where(condition, a, b)`, broadcasting. */
  where: None
  cast: { readonly dtype: DType }
  /** Sum over `axes`, which disappear. */
  sum: { readonly axes: readonly number[] }
  /** Largest over `axes`, which disappear. */
  reduceMax: { readonly axes: readonly number[] }
  reshape: { readonly shape: Shape }
  transpose: { readonly permutation: readonly number[] }
  broadcastTo: { readonly shape: Shape }
  /** Elements `start ≤ i < end` of every axis, every `step`-th. */
  slice: { readonly start: readonly number[]; readonly end: readonly number[]; readonly step: readonly number[] }
  /** Zeros (or `value`) around; `interior` of them between neighbours. */
  pad: {
    readonly before: readonly number[]
    readonly after: readonly number[]
    readonly interior: readonly number[]
    readonly value: number
  }
  reverse: { readonly axes: readonly number[] }
  concat: { readonly axis: number }
  /** Rows of `table` along axis 0 at integer `indices`: `gather(table, indices)`, `[...indices.shape, ...table.shape[1:]]`. */
  gather: None
  /** Adds rows into a table of zeros with `rows` rows: `scatterAdd(updates, indices)`; the transpose of gather. */
  scatterAdd: { readonly rows: number }
  /** `a · b` over the last two axes, each transposed first on request; leading axes broadcast. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  /** `conv(x [N, C, …S], w [O, C / groups, …K]) → [N, O, …]`, cross-correlation as in every deep-learning library. */
  conv: Window
  /** The transpose of conv in x: `(dy, w) → dx`, spatial size `size`. Also the transposed convolution. */
  convInput: Window & { readonly size: readonly number[] }
  /** The transpose of conv in w: `(x, dy) → dw`, kernel size `kernel`. */
  convWeight: Window & { readonly kernel: readonly number[] }
  /** Nearest-neighbour enlargement of the trailing axes by whole factors. */
  upsample: { readonly factors: readonly number[] }
  /** Sum over windows of the trailing axes; the transpose of upsample. */
  sumPool: { readonly factors: readonly number[] }
  softmax: { readonly axis: number }
  logSoftmax: { readonly axis: number }
  /**
   * An output of a file, its inputs in the order of `names`. Types are converted to those that the file declares, and the output to
   * `dtype`; it has no gradient.
   */
  call: {
    readonly file: GraphFile
    readonly names: readonly string[]
    readonly output: string
    readonly shape: Shape
    readonly dtype: DType
    /** How many values it computes on the way. */
    readonly values: number
  }
  /** `(x − mean) · inverseStd` over the last axis. */
  normalize: { readonly epsilon: number }
  /** `1 / √(variance + ε)` over the last axis, which becomes 1. */
  inverseStd: { readonly epsilon: number }
}

export type OpName = keyof Attributes
