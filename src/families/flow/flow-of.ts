/** The flow of a specification or a folder. */
import type { FlowNetwork } from '../../diffusion/flow/flow-network.ts'
import { flowClasses } from '../../diffusion/flow/classes.ts'
import { flowFromConfig } from '../../diffusion/flow/networks.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { ownPart, requirePart } from '../part.ts'
import { TweedieError } from '../../errors.ts'

/** The flow. @throws TweedieError `model` for an unknown name, a refused configuration, or a network that is no flow */
export function flowOf({ className, config }: NetworkSpec, own: OwnComponents): FlowNetwork {
  if (ownPart(own, 'networks', className) !== undefined) {
    throw new TweedieError('model', `the network ${className}: a network of one's own is no flow: it has no inverse`, {
      hint: `there are ${flowClasses.join(', ')}`,
    })
  }
  requirePart(own, 'networks', className, flowClasses)
  return flowFromConfig(className, config)
}
