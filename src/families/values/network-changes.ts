/** Changes to the configuration of a network that is trained: dropout, and what its weights are at first. */
import { TweedieError } from '../../errors.ts'
import type { NetworkSpec } from '../network-of.ts'
import { withDropout } from '../with-dropout.ts'

/** What may be changed; left out: nothing. */
export interface NetworkChanges {
  /** The share of activations that are dropped. */
  readonly dropout?: number | undefined
  /** The standard deviation of class embeddings at first. */
  readonly classStd?: number | undefined
  /** Whether residual blocks begin as identities. */
  readonly zeroInit?: boolean | undefined
}

/** Networks whose first weights are a choice. */
const withStarts = 'UNet2DModel'

/**
 * The network with these changes.
 *
 * @throws TweedieError `usage` for a network that cannot be changed so, or where that has no effect
 */
export function changedNetwork(network: NetworkSpec, changes: NetworkChanges): NetworkSpec {
  const { className, config } = withDropout(network, changes.dropout)
  const { classStd, zeroInit } = changes
  for (const name of ['classStd', 'zeroInit'] as const) {
    if (changes[name] === undefined || className === withStarts) continue
    throw new TweedieError('usage', `\`${name}\` is for a ${withStarts}, not for a ${className}`)
  }
  if (classStd !== undefined && typeof config['num_class_embeds'] !== 'number') {
    throw new TweedieError('usage', '`classStd`: the network has no classes')
  }
  return {
    className,
    config: {
      ...config,
      ...(classStd !== undefined && { class_embed_std: classStd }),
      ...(zeroInit && { zero_init: true }),
    },
  }
}
