/** How every operator is computed: slow, plain and meant to be obviously right. */
import { TweedieError } from '../../../errors.ts'
import type { OpName } from '../ops.ts'
import { elementwiseRules } from './elementwise.ts'
import { linearRules } from './linear.ts'
import { movementRules } from './movement.ts'
import { reduceRules } from './reduce.ts'
import { storage } from './value.ts'
import type { ReferenceRules } from './value.ts'
import { dtypeOf } from '../dtype.ts'

export const referenceRules: ReferenceRules<Exclude<OpName, 'input'>> = {
  constant: ({ shape, data }) => {
    const copy = storage(dtypeOf(data), data.length)
    copy.set(data)
    return { shape, data: copy }
  },
  call({ file }) {
    throw new TweedieError('usage', `${file.name}: an ONNX file is run by an engine, not by the reference evaluator`)
  },
  ...elementwiseRules,
  ...movementRules,
  ...reduceRules,
  ...linearRules,
}
