/** Networks that attend to a sequence, for sequences of another length. */
import { TweedieError } from '../../errors.ts'
import type { Network } from './network.ts'

/**
 * The configuration of the same network for a condition `context` of another length: attention to a sequence takes any, with the same
 * parameters.
 *
 * @returns for `networkFromConfig(network.className, …)`
 * @throws TweedieError `usage` for a network whose context has a length that is fixed, or that has none
 */
export function configOfContextLength(network: Pick<Network, 'className' | 'config'>, length: number): object {
  const { className, config } = network
  if ('context_length' in config) return { ...config, context_length: length }
  const { conditions } = config as { readonly conditions?: Readonly<Record<string, object>> | null }
  const context = conditions?.['context']
  if (context === undefined) throw new TweedieError('usage', `a ${className} with these options takes no text`)
  return { ...config, conditions: { ...conditions, context: { ...context, length } } }
}
