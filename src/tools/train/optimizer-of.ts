/** The optimiser of a specification. */
import { adamwRule, type DescentRule, muonRule, sgdRule } from '../../engine/descent/index.ts'
import { muon } from '../../engine/muon/muon.ts'
import type { TensorOptimizer } from '../../engine/muon/tensor-optimizer.ts'
import { adamw } from '../../engine/optim/adamw.ts'
import type { TensorPlace } from '../../engine/optim/muon-options.ts'
import type { Optimizer } from '../../engine/optim/optimizer.ts'
import { sgd } from '../../engine/optim/sgd.ts'
import { TweedieError } from '../../errors.ts'
import { suggest } from '../../suggest.ts'
import type { BaseSpec } from './spec.ts'

/** The optimisers that a specification can name. */
export const optimizerNames = ['adamw', 'sgd', 'muon'] as const

/** An optimiser of flat arrays, or one that asks for the tensors in them. */
export type AnyOptimizer = Optimizer | TensorOptimizer

/** One optimiser in both of its forms: as loops over arrays, and as an expression. */
interface Both {
  readonly optimizer: () => AnyOptimizer
  readonly rule: (tensors: readonly TensorPlace[]) => DescentRule
}

/**
 * The optimiser that a specification names: AdamW with betas [0.9, 0.99] unless it says otherwise.
 *
 * @throws TweedieError `usage` for an unknown name, and for numbers that the named one does not use
 */
export function optimizerOf(spec: Pick<BaseSpec, 'optimizer'>): AnyOptimizer {
  return bothOf(spec).optimizer()
}

/** The same as an expression, for a device on which the state stays. @throws TweedieError as {@link optimizerOf} */
export function descentRuleOf(spec: Pick<BaseSpec, 'optimizer'>, tensors: readonly TensorPlace[]): DescentRule {
  return bothOf(spec).rule(tensors)
}

function bothOf({ optimizer }: Pick<BaseSpec, 'optimizer'>): Both {
  const { name = 'adamw', weightDecay, betas, epsilon, momentum, nesterov } = optimizer
  if (name === 'adamw') {
    refuse(name, { momentum, nesterov }, 'sgd or muon')
    const options = { weightDecay, betas: betas ?? [0.9, 0.99], ...(epsilon !== undefined && { epsilon }) } as const
    return { optimizer: () => adamw(options), rule: () => adamwRule(options) }
  }
  if (name === 'sgd') {
    refuse(name, { betas, epsilon }, 'adamw or muon')
    const options = {
      weightDecay,
      ...(momentum !== undefined && { momentum }),
      ...(nesterov !== undefined && { nesterov }),
    }
    return { optimizer: () => sgd(options), rule: () => sgdRule(options) }
  }
  if (name === 'muon') {
    const options = {
      weightDecay,
      ...(betas !== undefined && { betas }),
      ...(epsilon !== undefined && { epsilon }),
      ...(momentum !== undefined && { momentum }),
      ...(nesterov !== undefined && { nesterov }),
    }
    return { optimizer: () => muon(options), rule: (tensors) => muonRule(tensors, options) }
  }
  const near = suggest(name, optimizerNames)
  throw new TweedieError('usage', `no optimiser is called '${name}'; there are ${optimizerNames.join(', ')}`, {
    hint: near ? `did you mean ${near}?` : 'one of your own is passed as the option optimizer',
  })
}

function refuse(name: string, numbers: Readonly<Record<string, unknown>>, other: string): void {
  const [extra] = Object.entries(numbers).find(([, value]) => value !== undefined) ?? []
  if (extra === undefined) return
  throw new TweedieError('usage', `optimizer.${extra} is for ${other}, and the optimiser is ${name}`, {
    hint: `leave optimizer.${extra} out, or set optimizer.name to ${other}`,
  })
}
