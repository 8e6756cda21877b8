/** Dropout as an option of training. */
import { networkClasses } from '../engine/nn/network-classes.ts'
import { TweedieError } from '../errors.ts'
import type { NetworkSpec } from './network-of.ts'

/**
 * The network, dropping this share of its activations in training; as it is for undefined.
 *
 * @throws TweedieError `usage` for a network of one's own
 */
export function withDropout(network: NetworkSpec, dropout: number | undefined): NetworkSpec {
  if (dropout === undefined) return network
  const { className, config } = network
  if (!networkClasses.includes(className)) {
    throw new TweedieError('usage', `\`dropout\`: ${className} is a network of your own, which drops by itself`, {
      hint: 'set it in the configuration of the network',
    })
  }
  return { className, config: { ...config, dropout } }
}
