/** The type of a lowering rule. */
import type { OpName } from '../../graph/ops.ts'
import type { Tensor, TensorOf } from '../../graph/tensor.ts'
import type { Context } from './context.ts'

/** Emits ONNX nodes for a graph node whose inputs have the ONNX names `inputs`; answers with the name of its value. */
export type LowerRule<K extends OpName> = (context: Context, node: TensorOf<K>, ...inputs: string[]) => string

/** A tensor's shape and element type, which helpers pass along beside the ONNX name of its value. */
export type Typed = Pick<Tensor, 'shape' | 'dtype'>
