/** The optimiser of a specification. */
import { adamw } from '../../engine/optim/adamw.ts'
import type { Optimizer } from '../../engine/optim/optimizer.ts'
import { sgd } from '../../engine/optim/sgd.ts'
import { TweedieError } from '../../errors.ts'
import { suggest } from '../../suggest.ts'
import type { BaseSpec } from './spec.ts'

/** The optimisers that a specification can name. */
export const optimizerNames = ['adamw', 'sgd'] as const

/**
 * The optimiser that a specification names: AdamW with betas [0.9, 0.99] unless it says otherwise.
 *
 * @throws TweedieError `usage` for an unknown name, and for numbers that the named one does not use
 */
export function optimizerOf({ optimizer }: Pick<BaseSpec, 'optimizer'>): Optimizer {
  const { name = 'adamw', weightDecay, betas, epsilon, momentum, nesterov } = optimizer
  if (name === 'adamw') {
    refuse(name, { momentum, nesterov }, 'sgd')
    return adamw({ weightDecay, betas: betas ?? [0.9, 0.99], ...(epsilon !== undefined && { epsilon }) })
  }
  if (name === 'sgd') {
    refuse(name, { betas, epsilon }, 'adamw')
    return sgd({
      weightDecay,
      ...(momentum !== undefined && { momentum }),
      ...(nesterov !== undefined && { nesterov }),
    })
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
    hint: `leave optimizer.${extra} out, or set optimizer.name to '${other}'`,
  })
}
