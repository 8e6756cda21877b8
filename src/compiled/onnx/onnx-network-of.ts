/** A network that is a part of a model folder, as an ONNX file. */
import type { Network } from '../../engine/nn/network.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { networkFromConfig } from '../../engine/nn/registry.ts'
import { onnxFileOf } from './onnx-file.ts'
import { onnxNetwork } from './onnx-network.ts'
import { type OnnxPart, type Side, sidesOf } from './onnx-part.ts'

/** The network of a part. @throws TweedieError `model` as `onnxNetwork` */
export function onnxNetworkOf({ className, config, onnx }: OnnxPart): Network {
  const known = networkClasses.includes(className) ? networkFromConfig(className, config) : undefined
  const { sample_size: side, in_channels: channels } = config as { sample_size?: Side; in_channels?: number }
  const size = sidesOf(side)
  const shape = size && channels !== undefined ? [channels, ...size] : undefined
  return { ...onnxNetwork(onnxFileOf(onnx['model']!), { known, shape }), config, onnx }
}
