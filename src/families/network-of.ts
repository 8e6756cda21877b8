/** The network of a specification or a folder: a built-in one, or the user's own. */
import type { Network } from '../engine/nn/network.ts'
import { networkClasses, networkFromConfig } from '../engine/nn/registry.ts'
import { ownMade, ownTensor } from '../own-made.ts'
import type { NetworkConfig, OwnComponents } from './own-parts.ts'
import { ownPart, requirePart } from './part.ts'

/** A network by name, as specifications and folders have it. */
export interface NetworkSpec {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
}

/** The network, with that name and configuration. @throws TweedieError `model` for an unknown name or a refused configuration, `usage` where a network of one's own is none */
export function networkOf({ className, config }: NetworkSpec, own: OwnComponents): Network {
  const make = ownPart(own, 'networks', className)
  if (make === undefined) {
    requirePart(own, 'networks', className, networkClasses)
    return networkFromConfig(className, config)
  }
  const { input_shape: inputShape } = config as NetworkConfig
  const made = ownMade(`the network ${className}`, () => make(config as NetworkConfig), ['build'])
  return {
    inputShape,
    outputShape: made.inputShape ?? inputShape,
    conditions: {},
    ...made,
    // its faults are its own; and it may be a method of a class
    build: (scope, inputs) => ownTensor(`the network ${className}`, () => made.build(scope, inputs)),
    className,
    config,
  }
}
