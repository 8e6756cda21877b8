/** Networks that attend to a sequence, for sequences of another length. */
import { TweedieError } from '../../errors.ts'
import type { Network } from './network.ts'

/**
 * The configuration of the same network for a condition `context` of another length: attention to a sequence takes any, with the same
 * parameters.
 *
 * @returns for `networkFromConfig(network.className, …)`
 * @throws TweedieError `usage` for a network that has none
 */
export function configOfContextLength(
  { className, config, conditions: { context } }: Pick<Network, 'className' | 'config' | 'conditions'>,
  length: number,
): object {
  if (context?.kind !== 'sequence') throw new TweedieError('usage', `this ${className} takes no text`)
  const { conditions } = config as { readonly conditions?: Readonly<Record<string, object>> | null }
  const own = conditions?.['context']
  if (own === undefined) return { ...config, context_length: length }
  return { ...config, conditions: { ...conditions, context: { ...own, length } } }
}
