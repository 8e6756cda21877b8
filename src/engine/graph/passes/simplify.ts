/** The simplifier: the same values from a smaller graph. */
import { TweedieError } from '../../../errors.ts'
import { mapTuple } from '../map-tuple.ts'
import type { MappedTuple } from '../map-tuple.ts'
import type { OpName } from '../ops.ts'
import { sameShape, showShape } from '../shape.ts'
import { node } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { topological } from '../traverse.ts'
import { fold } from './fold.ts'
import { interner } from './intern.ts'
import type { Rewrite, RewriteRules } from './rewrite.ts'
import { elementwiseRewrites } from './rewrite-elementwise.ts'
import { movementRewrites } from './rewrite-movement.ts'

const rules: RewriteRules = { ...elementwiseRewrites, ...movementRewrites }

/**
 * Rebuilds a graph from its inputs upwards: equal expressions become one, constants are folded, algebraic laws are
 * applied (the tables in `rewrite-elementwise.ts` and `rewrite-movement.ts`), and nodes that no output needs are
 * removed.
 *
 * Values change by rounding only, where they are finite: `x · 0` becomes 0, also for an x that would have been infinite or
 * not a number. Take gradients first: `stopGradient` is dropped. Order, shapes and types of the outputs stay;
 * an input on which no value depends any more is no longer among `inputsOf(outputs)`.
 */
export function simplify<const Outputs extends readonly Tensor[]>(outputs: Outputs): MappedTuple<Outputs, Tensor> {
  const intern = interner()
  const done = new Map<Tensor, Tensor>()
  const visit = (tensor: Tensor): Tensor => {
    const known = done.get(tensor)
    if (known !== undefined) return known
    const rebuilt = intern(rebuild(tensor, tensor.inputs.map(visit)))
    const better = done.has(rebuilt) ? undefined : rewrite(rebuilt)
    // `better` is built from nodes that are already simplified: only its few new nodes are visited.
    const result = better === undefined ? (done.get(rebuilt) ?? rebuilt) : visit(better)
    done.set(rebuilt, result)
    done.set(tensor, result)
    return result
  }
  for (const tensor of topological(outputs)) visit(tensor)
  return mapTuple(outputs, (output) => done.get(output)!)
}

/** The same operator on other inputs. */
function rebuild(tensor: Tensor, inputs: readonly Tensor[]): Tensor {
  const same = inputs.every((each, i) => each === tensor.inputs[i])
  return same ? tensor : node<OpName>(tensor.op, inputs, tensor.attributes)
}

function rewrite(tensor: Tensor): Tensor | undefined {
  for (const rule of (rules[tensor.op] ?? []) as readonly Rewrite<OpName>[]) {
    const better = rule(tensor, ...tensor.inputs)
    if (!better) continue
    if (!sameShape(better.shape, tensor.shape) || better.dtype !== tensor.dtype) {
      throw new TweedieError(
        'internal',
        `simplify: ${tensor.op} ${tensor.dtype} ${showShape(tensor.shape)} became ${better.op} ${better.dtype} ${showShape(better.shape)}`,
      )
    }
    return better
  }
  return fold(tensor)
}
