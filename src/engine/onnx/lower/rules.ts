/** The lowering table: from every operator of the graph to nodes of ONNX. */
import type { OpName } from '../../graph/ops.ts'
import { call } from './call.ts'
import { conv, convInput } from './conv.ts'
import { convWeight } from './conv-weight.ts'
import { elementwiseRules, typeCodes } from './elementwise.ts'
import { matmul } from './matmul.ts'
import { movementRules, pad, scatterAdd, slice } from './movement.ts'
import { reduceRules } from './reduce.ts'
import type { LowerRule } from './rule.ts'

/** Operators that the model builder declares itself: inputs and constants. */
export type SourceOp = 'input' | 'constant'

export const lowerRules: { readonly [K in Exclude<OpName, SourceOp>]: LowerRule<K> } = {
  ...elementwiseRules,
  ...movementRules,
  ...reduceRules,
  where: (context, _, condition, a, b) => context.emit('Where', [condition, a, b]),
  cast: (context, { dtype }, x) => context.emit('Cast', [x], { to: typeCodes[dtype] }),
  call,
  slice,
  pad,
  scatterAdd,
  matmul,
  conv,
  convInput,
  convWeight,
}
