/** The optimiser of a specification as an expression, for a device on which the state stays. */
import { adamwRule, type DescentRule, muonRule, sgdRule } from '../../engine/descent/index.ts'
import type { TensorPlace } from '../../engine/optim/muon-options.ts'
import { namedOptimizer } from './optimizer-options.ts'
import type { BaseSpec } from './spec.ts'

/** @throws TweedieError `usage` for an unknown name, and for numbers that the named one does not use */
export function descentRuleOf(spec: Pick<BaseSpec, 'optimizer'>, tensors: readonly TensorPlace[]): DescentRule {
  const { name, options } = namedOptimizer(spec)
  if (name === 'adamw') return adamwRule(options)
  if (name === 'sgd') return sgdRule(options)
  return muonRule(tensors, options)
}
