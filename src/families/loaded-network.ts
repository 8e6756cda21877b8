/** The same as `networkOf`, where there is time to wait: only the class of the network is loaded. */
import type { Network } from '../engine/nn/network.ts'
import { loadNetwork } from '../engine/nn/network-classes.ts'
import { type NetworkSpec, ownNetworkOf } from './own-network.ts'
import type { OwnComponents } from './own-parts.ts'

/** The network, with that name and configuration. @throws TweedieError as `networkOf` */
export async function loadedNetwork(spec: NetworkSpec, own: OwnComponents): Promise<Network> {
  const { className, config, onnx } = spec
  if (onnx) return (await import('../compiled/onnx/onnx-network-of.ts')).onnxNetworkOf({ className, config, onnx })
  return ownNetworkOf(spec, own) ?? loadNetwork(className, config)
}
