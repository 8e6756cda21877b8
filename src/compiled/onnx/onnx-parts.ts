/** Parts of a model folder that are ONNX files, as networks, text encoders and autoencoders. */
import type { GraphFiles } from '../../engine/graph/index.ts'
import { graphFile } from '../../engine/graph/index.ts'
import { autoencoderClasses, autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import type { Network } from '../../engine/nn/network.ts'
import { networkClasses, networkFromConfig } from '../../engine/nn/registry.ts'
import { textEncoderClasses, textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import type { TextEncoder } from '../../engine/nn/text-encoder.ts'
import { onnxAutoencoder, withoutDraws } from './onnx-autoencoder.ts'
import { onnxFileOf } from './onnx-file.ts'
import { onnxNetwork } from './onnx-network.ts'
import { onnxTextEncoder } from './onnx-text-encoder.ts'

/** A part: its files, and its class and configuration as far as they are known. */
export interface OnnxPart {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  readonly onnx: GraphFiles
}

/** A number of pixels for both sides, or one for each. */
type Side = number | readonly [height: number, width: number] | undefined
const pair = (side: Side): readonly [number, number] | undefined => (typeof side === 'number' ? [side, side] : side)

/** The network of a part. @throws TweedieError `model` as `onnxNetwork` */
export function onnxNetworkOf({ className, config, onnx }: OnnxPart): Network {
  const known = networkClasses.includes(className) ? networkFromConfig(className, config) : undefined
  const { sample_size: side, in_channels: channels } = config as { sample_size?: Side; in_channels?: number }
  const size = pair(side)
  const shape = size && channels !== undefined ? [channels, ...size] : undefined
  return { ...onnxNetwork(onnxFileOf(onnx['model']!), { known, shape }), config, onnx }
}

/** The text encoder of a part. @throws TweedieError `model` as `onnxTextEncoder` */
export function onnxTextEncoderOf({ className, config, onnx }: OnnxPart): TextEncoder {
  const known = textEncoderClasses.includes(className) ? textEncoderFromConfig(className, config) : undefined
  return { ...onnxTextEncoder(onnxFileOf(onnx['model']!), { known }), onnx }
}

/** The autoencoder of a part. @throws TweedieError `model` as `onnxAutoencoder` */
export function onnxAutoencoderOf({ className, config, onnx }: OnnxPart): Autoencoder {
  const known = autoencoderClasses.includes(className) ? autoencoderFromConfig(className, config) : undefined
  const { encoder: given, decoder } = onnx
  const bytes = given && withoutDraws(given.bytes)
  const encoder = bytes ? graphFile(given.name, bytes, given.external) : given
  const { sample_size: side, block_out_channels: levels } = config as {
    sample_size?: Side
    block_out_channels?: readonly number[]
  }
  const factor = levels && 2 ** (levels.length - 1)
  const halves = { decoder: onnxFileOf(decoder!), ...(encoder && { encoder: onnxFileOf(encoder) }) }
  return { ...onnxAutoencoder(halves, { known, size: pair(side), factor }), config, onnx }
}
