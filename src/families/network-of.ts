/** A network of a specification or a folder: a built-in one, or the user's own. */
import { onnxNetworkOf } from '../compiled/onnx/onnx-network-of.ts'
import type { Network } from '../engine/nn/network.ts'
import { networkFromConfig } from '../engine/nn/registry.ts'
import { type NetworkSpec, ownNetworkOf } from './own-network.ts'
import type { OwnComponents } from './own-parts.ts'

export type { NetworkSpec } from './own-network.ts'

/** The network, with that name and configuration. @throws TweedieError `model` for an unknown name or a refused configuration, `usage` where a network of one's own is none */
export function networkOf(spec: NetworkSpec, own: OwnComponents): Network {
  const { className, config, onnx } = spec
  if (onnx) return onnxNetworkOf({ className, config, onnx })
  return ownNetworkOf(spec, own) ?? networkFromConfig(className, config)
}
