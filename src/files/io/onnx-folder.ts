/**
 * Folders whose networks are ONNX files, as Optimum and older versions of diffusers export pipelines: `unet/model.onnx`,
 * `text_encoder/model.onnx`, and the two halves of the autoencoder in `vae_encoder/` and `vae_decoder/`.
 */
import { TweedieError } from '../../errors.ts'
import { type ExternalData, graphFile, type GraphFiles } from '../../engine/graph/index.ts'
import { externalFiles } from '../../engine/onnx/external.ts'
import { decodeModel } from '../../engine/onnx/proto/decode.ts'
import { decodeSignature } from '../../engine/onnx/proto/signature.ts'
import type { Component } from './component.ts'
import type { ModelFiles } from './folder-types.ts'
import type { PartPlace } from './part-place.ts'
import type { ListedPart } from './pipelines.ts'

/** The file in the folder of a part. */
export const onnxFileName = 'model.onnx'

/** The part that is an autoencoder. */
const coder = 'vae'
/** Halves of an autoencoder have folders of their own. */
const halves = Object.freeze({ encoder: 'vae_encoder', decoder: 'vae_decoder' } as const)

/** Classes of parts that are files, by the name of the part, where no configuration says which. */
const classes: Readonly<Record<string, string>> = {
  unet: 'OnnxNetwork',
  network: 'OnnxNetwork',
  text_encoder: 'OnnxTextEncoder',
  text_encoder_2: 'OnnxTextEncoder',
  [coder]: 'OnnxAutoencoder',
}

/** Whether an index says of a part that it is an ONNX file: `OnnxRuntimeModel`, `ORTUNet`. */
export const isOnnxClass = (className: string): boolean => /^(Onnx|ORT)[A-Z]/.test(className)

/** What an index says of parts, as if it were of networks: the halves of an autoencoder are one part. */
export function withoutHalves(listed: readonly ListedPart[]): readonly ListedPart[] {
  const isHalf = ({ name }: ListedPart): boolean => Object.values<string>(halves).includes(name)
  if (!listed.some(isHalf)) return listed
  const vae: ListedPart = { name: coder, library: 'diffusers', className: classes[coder]! }
  return [...listed.filter((part) => !isHalf(part) && part.name !== coder), vae]
}

/** The name of a pipeline's class without the mark of those that export it. */
export const plainPipeline = (className: string): string => className.replace(/^(Onnx|ORT)(?=[A-Z])/, '')

/**
 * Where a part's files lie, if it is one of files; weights of its own come first.
 *
 * @param names of all files of the folder
 */
export function onnxPlace(part: PartPlace, names: ReadonlySet<string>): PartPlace {
  const own = [...names].filter((path) => path.startsWith(part.folder) && !path.slice(part.folder.length).includes('/'))
  if (own.some((path) => path.endsWith('.safetensors'))) return part
  if (names.has(part.folder + onnxFileName)) return { ...part, onnx: { model: part.folder + onnxFileName } }
  if (part.name !== coder) return part
  const onnx = Object.fromEntries(
    Object.entries(halves).flatMap(([half, folder]) => {
      const path = `${folder}/${onnxFileName}`
      return names.has(path) ? [[half, path]] : []
    }),
  )
  if (Object.keys(onnx).length === 0) return part
  return { ...part, folder: `${onnx['decoder'] === undefined ? halves.encoder : halves.decoder}/`, onnx }
}

/** The paths of files that hold the weights of a file. @throws TweedieError `model` for bytes that are no ONNX file */
export function weightsBeside(path: string, bytes: Uint8Array, source: string): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  try {
    return externalFiles(decodeModel(bytes)).map((name) => folder + name)
  } catch (cause) {
    if (!(cause instanceof TweedieError)) throw cause
    throw new TweedieError('model', `${source}/${path}: ${cause.message}`, { hint: cause.hint, cause })
  }
}

/**
 * A part that lies in files.
 *
 * @param stated class and configuration beside it, if there are any
 * @param root the folder of the model on a disk: weights beside a file stay there, and the runtime reads them
 */
export function onnxPart(
  files: ModelFiles,
  { name, onnx = {}, library = 'diffusers' }: PartPlace,
  source: string,
  stated: Pick<Component, 'className' | 'config'> | undefined,
  { root, sampleSize }: { readonly root?: string | undefined; readonly sampleSize?: unknown },
): Component {
  const graphs = Object.fromEntries(
    Object.entries(onnx).map(([half, path]) => {
      const bytes = files.get(path)
      if (bytes === undefined) throw new TweedieError('model', `${source}/${path}: no such file`)
      return [half, graphFile(`${source}/${path}`, bytes, externalOf(path, bytes, files, source, root))]
    }),
  )
  if (name === coder && graphs['decoder'] === undefined && graphs['model'] === undefined) {
    throw new TweedieError('model', `${source}/${halves.decoder}/${onnxFileName}: no such file`, {
      hint: 'fetch the folder again, with all of its files',
    })
  }
  const { className = classes[name] ?? 'OnnxNetwork', config = {} } = stated ?? {}
  const weights = new Map()
  if (stated !== undefined) return { library, className, config, weights, onnx: graphs }
  return { library, className, config: factsOf(name, graphs, sampleSize), weights, onnx: graphs }
}

function externalOf(
  path: string,
  bytes: Uint8Array,
  files: ModelFiles,
  source: string,
  root: string | undefined,
): ExternalData | undefined {
  const beside = weightsBeside(path, bytes, source)
  if (beside.length === 0) return undefined
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const there = beside.flatMap((each) => {
    const content = files.get(each)
    return content === undefined ? [] : [[each.slice(folder.length), content] as const]
  })
  if (there.length === beside.length) return { files: new Map(there) }
  if (root !== undefined) return { folder: `${root}/${folder}`.replace(/\/$/, '') }
  const missing = beside.find((each) => !files.has(each))!
  throw new TweedieError('model', `${source}/${missing}: no such file: the weights of ${path} lie in it`, {
    hint: 'fetch all files of the model',
  })
}

/** Sides of codes that Stable Diffusion was made for, and how much larger its pictures are. */
const usualSide = 64
const usualFactor = 8

/** What the files say of the part, as diffusers would say it. */
function factsOf(name: string, graphs: GraphFiles, sampleSize: unknown): Readonly<Record<string, unknown>> {
  const sizes = (half: string, side: 'inputs' | 'outputs', wanted: readonly string[]): readonly (number | string)[] => {
    const file = graphs[half]
    if (file === undefined) return []
    const infos = decodeSignature(file.bytes)[side]
    return wanted.map((each) => infos.get(each)?.shape).find((shape) => shape !== undefined) ?? []
  }
  const known = (size: number | string | undefined): number | undefined => (typeof size === 'number' ? size : undefined)
  if (name === coder) {
    const [, channels, small] = sizes('decoder', 'inputs', ['latent_sample'])
    const [, colours, large] = sizes('decoder', 'outputs', ['sample'])
    const factor = known(small) && known(large) ? known(large)! / known(small)! : usualFactor
    return {
      latent_channels: known(channels) ?? 4,
      out_channels: known(colours) ?? 3,
      // each level but the last halves a picture
      block_out_channels: Array.from({ length: Math.log2(factor) + 1 }, () => 1),
    }
  }
  if (!['unet', 'network'].includes(name)) return {}
  const [, taken, height, width] = sizes('model', 'inputs', ['sample', 'x'])
  const [, given] = sizes('model', 'outputs', ['out_sample', 'output'])
  const side = known(height) !== undefined && known(width) !== undefined ? [height, width] : usualSide
  const channels = known(given) ?? known(taken) ?? 4
  return { sample_size: sampleSize ?? side, in_channels: known(taken) ?? channels, out_channels: channels }
}
