/** Networks of the user's own, by name. */
import type { Network } from '../engine/nn/network.ts'
import { networkClasses } from '../engine/nn/network-classes.ts'
import { ownMade, ownTensor } from '../own-made.ts'
import type { NetworkConfig, OwnComponents } from './own-parts.ts'
import { ownPart, requirePart } from './part.ts'

/** A network by name, as specifications and folders have it. */
export interface NetworkSpec {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  /** The ONNX file that it is, if it is one. */
  readonly onnx?: Network['onnx']
}

/**
 * The user's own network of this name, with that configuration; undefined where the name is that of a class that is built in.
 *
 * @throws TweedieError `model` for an unknown name, `usage` where what was made is no network
 */
export function ownNetworkOf({ className, config }: NetworkSpec, own: OwnComponents): Network | undefined {
  const make = ownPart(own, 'networks', className)
  if (make === undefined) {
    requirePart(own, 'networks', className, networkClasses)
    return undefined
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
