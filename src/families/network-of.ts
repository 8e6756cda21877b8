/** The network of a specification or a folder: a built-in one, or the user's own. */
import { onnxNetworkOf } from '../compiled/onnx/onnx-network-of.ts'
import type { Network } from '../engine/nn/network.ts'
import { networkClasses, networkFromConfig } from '../engine/nn/registry.ts'
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

/** The network, with that name and configuration. @throws TweedieError `model` for an unknown name or a refused configuration, `usage` where a network of one's own is none */
export function networkOf({ className, config, onnx }: NetworkSpec, own: OwnComponents): Network {
  if (onnx) return onnxNetworkOf({ className, config, onnx })
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
