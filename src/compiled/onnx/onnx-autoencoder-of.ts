/** An autoencoder that is a part of a model folder, as ONNX files. */
import { graphFile } from '../../engine/graph/index.ts'
import { autoencoderClasses, autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import { onnxAutoencoder, withoutDraws } from './onnx-autoencoder.ts'
import { onnxFileOf } from './onnx-file.ts'
import { type OnnxPart, type Side, sidesOf } from './onnx-part.ts'

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
  return { ...onnxAutoencoder(halves, { known, size: sidesOf(side), factor }), config, onnx }
}
