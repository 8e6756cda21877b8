/** An autoencoder whose halves are ONNX files, with the names that Optimum and diffusers give: `sample` ↔ `latent_sample`. */
import { TweedieError } from '../../errors.ts'
import { clamp, slice } from '../../engine/graph/index.ts'
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { decodeModel } from '../../engine/onnx/proto/decode.ts'
import { encodeModel } from '../../engine/onnx/proto/encode.ts'
import type { NodeProto } from '../../engine/onnx/proto/model.ts'
import { itemSizes, nameIn, type OnnxFile, outputOf } from './onnx-file.ts'

/** The class of autoencoders that are files, where no configuration says of which class they were. */
export const onnxAutoencoderClass = 'OnnxAutoencoder'

/** The two halves; a folder for drawing alone may have no encoder. */
export interface OnnxHalves {
  readonly encoder?: OnnxFile | undefined
  readonly decoder: OnnxFile
}

/** What the files leave open. */
export interface OnnxAutoencoderOptions {
  /** Height and width of images; default 512 × 512. Others are taken too. */
  readonly size?: readonly [height: number, width: number] | undefined
  /** How much smaller codes are; default 8. */
  readonly factor?: number | undefined
  /** The autoencoder that was exported, if its configuration is known. */
  readonly known?: Autoencoder | undefined
}

/** Log-variances stay in it, as in diffusers. */
const logVarianceRange = Object.freeze([-30, 20] as const)

/**
 * The autoencoder in two files.
 *
 * @throws TweedieError `model` for inputs and outputs that are not understood
 * @example
 * const autoencoder = onnxAutoencoder({ decoder: onnxFile(bytes, { name: 'vae_decoder/model.onnx' }) }, { size: [64, 64] })
 */
export function onnxAutoencoder(
  { encoder, decoder }: OnnxHalves,
  { size: [height, width] = [512, 512], factor = 8, known }: OnnxAutoencoderOptions = {},
): Autoencoder {
  const code = only(decoder, 'input', decoder.inputs, ['latent_sample', 'latent', 'z', 'x'])
  const image = only(decoder, 'output', decoder.outputs, ['sample', 'output'])
  const channels = known?.latentShape[0] ?? itemSizes(decoder.inputs.get(code)!)?.[0]
  const colours = known?.outputShape[0] ?? itemSizes(decoder.outputs.get(image)!)?.[0] ?? 3
  if (channels === undefined) {
    throw new TweedieError('model', `${decoder.file.name}: it does not say how many channels codes have`, {
      hint: 'put the config.json of the autoencoder beside it',
    })
  }
  const smaller = known ? known.inputShape[1]! / known.latentShape[1]! : factor
  return Object.freeze<Autoencoder>({
    className: known?.className ?? onnxAutoencoderClass,
    config: known?.config ?? { file: decoder.file.name },
    inputShape: known?.inputShape ?? Object.freeze([colours, height, width]),
    latentShape: known?.latentShape ?? Object.freeze([channels, height / smaller, width / smaller]),
    outputShape: known?.outputShape ?? Object.freeze([colours, height, width]),
    stride: known?.stride ?? smaller,
    encode(_, x) {
      if (encoder === undefined) {
        throw new TweedieError('model', `${decoder.file.name}: the model has no encoder: it only draws`, {
          hint: 'fetch vae_encoder/ too: pictures are changed and restored through it',
        })
      }
      const from = only(encoder, 'input', encoder.inputs, ['sample', 'x'])
      const to = only(encoder, 'output', encoder.outputs, ['latent_parameters', 'latent_sample', 'output'])
      const given = itemSizes(encoder.outputs.get(to)!)?.[0]
      const moments = given === 2 * channels || to === 'latent_parameters'
      const [items, , h, w] = x.shape as [number, number, number, number]
      const shape = [items, moments ? 2 * channels : channels, h / smaller, w / smaller]
      const like = known?.encode(new Scope(), x)
      const codes = outputOf(encoder, { [from]: x }, to, shape, like && [like.mean])
      if (!moments) return { mean: codes }
      return {
        mean: slice(codes, 1, 0, channels),
        logVariance: clamp(slice(codes, 1, channels), ...logVarianceRange),
      }
    },
    decode(_, z) {
      const [items, , h, w] = z.shape as [number, number, number, number]
      const like = known && [known.decode(new Scope(), z)]
      return outputOf(decoder, { [code]: z }, image, [items, colours, h * smaller, w * smaller], like)
    },
  })
}

/**
 * An encoder that draws its codes at random, as older exports do, as one that gives their means: codes are mean + σ ε, and
 * its ε becomes 0.
 *
 * @returns undefined where it draws nothing
 */
export function withoutDraws(bytes: Uint8Array): Uint8Array | undefined {
  const model = decodeModel(bytes)
  const draws = (node: NodeProto): boolean => node.opType === 'RandomNormalLike'
  if (!model.graph.nodes.some(draws)) return undefined
  const nodes = model.graph.nodes.map((node): NodeProto => {
    const [like] = node.inputs
    return draws(node) ? { opType: 'Sub', inputs: [like!, like!], outputs: node.outputs } : node
  })
  return encodeModel({ ...model, graph: { ...model.graph, nodes } })
}

/** The input or output of one of these names, or the only one that there is. */
function only(file: OnnxFile, what: string, infos: ReadonlyMap<string, unknown>, names: readonly string[]): string {
  const found = nameIn(infos, names) ?? (infos.size === 1 ? [...infos.keys()][0] : undefined)
  if (found !== undefined) return found
  throw new TweedieError('model', `${file.file.name}: which ${what} is ${names.join(' or ')} is not known`, {
    hint: `there are ${[...infos.keys()].join(', ')}`,
  })
}
