/** The optimiser that a specification names, and the options that it gets. */
import type { AdamWOptions } from '../../engine/optim/adamw.ts'
import type { MuonOptions } from '../../engine/optim/muon-options.ts'
import type { SgdOptions } from '../../engine/optim/sgd.ts'
import { TweedieError } from '../../errors.ts'
import { suggest } from '../../suggest.ts'
import type { BaseSpec } from './spec.ts'

/** The optimisers that a specification can name. */
export const optimizerNames = ['adamw', 'sgd', 'muon'] as const

/** A named optimiser with its options. */
export type NamedOptimizer =
  | { readonly name: 'adamw'; readonly options: AdamWOptions }
  | { readonly name: 'sgd'; readonly options: SgdOptions }
  | { readonly name: 'muon'; readonly options: MuonOptions }

/**
 * AdamW with betas [0.9, 0.99] unless the specification says otherwise.
 *
 * @throws TweedieError `usage` for an unknown name, and for numbers that the named one does not use
 */
export function namedOptimizer({ optimizer }: Pick<BaseSpec, 'optimizer'>): NamedOptimizer {
  const { name = 'adamw', weightDecay, betas, epsilon, momentum, nesterov } = optimizer
  if (name === 'adamw') {
    refuse(name, { momentum, nesterov }, 'sgd or muon')
    return { name, options: { weightDecay, betas: betas ?? [0.9, 0.99], ...(epsilon !== undefined && { epsilon }) } }
  }
  const moved = { ...(momentum !== undefined && { momentum }), ...(nesterov !== undefined && { nesterov }) }
  if (name === 'sgd') {
    refuse(name, { betas, epsilon }, 'adamw or muon')
    return { name, options: { weightDecay, ...moved } }
  }
  if (name === 'muon') {
    const others = { ...(betas !== undefined && { betas }), ...(epsilon !== undefined && { epsilon }) }
    return { name, options: { weightDecay, ...others, ...moved } }
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
