/**
 * The model folder, as files in memory: the layout of Python's diffusers plus `tweedie.json`. A `UNet2DModel` lies in
 * `unet/` and loads in diffusers as it is; a network that diffusers does not know lies in `network/`. Reading and writing
 * the folder on a disk is `node/model-folder.ts`.
 */
import * as z from 'zod'
import { TweedieError } from '../../errors.ts'
import { type UNet2DConfig, type UNet2DFields, completeConfig } from '../../engine/nn/unet2d/config.ts'
import { formatPythonJson, parsePythonJson } from './json.ts'
import { parseConfig } from './parse-config.ts'
import { readSafetensors, toFloat32, writeSafetensors } from './safetensors.ts'
import { type SchedulerConfig, formatSchedulerConfig, parseSchedulerConfig } from './scheduler-config.ts'
import { type TweedieMeta, type TweedieMetaInput, defaultMeta, parseTweedieMeta } from './tweedie-meta.ts'

/** Everything that a trained model is. */
export interface ModelFolder {
  /** `config` is a complete `UNet2DConfig` for the class `UNet2DModel`, and the network's own business otherwise. */
  readonly network: { readonly className: string; readonly config: Readonly<Record<string, unknown>> }
  /** The parameters by their names in the file, as float32. */
  readonly weights: ReadonlyMap<string, ModelWeight>
  /** The noise that it was trained on, in diffusers' terms; `null` where `meta.schedule` says it. */
  readonly scheduler: SchedulerConfig | null
  readonly meta: TweedieMeta
}

/** One parameter. */
export interface ModelWeight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What {@link encodeModelFolder} takes: a {@link ModelFolder} whose defaults may be left out. */
export interface ModelFolderInput {
  readonly network: ModelFolder['network']
  readonly weights: ModelFolder['weights']
  readonly scheduler: (Partial<SchedulerConfig> & { readonly _class_name: string }) | null
  readonly meta: TweedieMetaInput
}

/** The files of a model folder by their paths, with forward slashes. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>

/** Where the two kinds of networks lie. The first weights file found is the one that is read. */
const places = {
  unet: {
    config: 'unet/config.json',
    weights: ['unet/diffusion_pytorch_model.safetensors', 'unet/diffusion_pytorch_model.fp16.safetensors'],
  },
  network: { config: 'network/config.json', weights: ['network/model.safetensors'] },
} as const

const indexPath = 'model_index.json'
const schedulerPath = 'scheduler/scheduler_config.json'

/** The file that changes with every save, and is written last. */
export const metaPath = 'tweedie.json'

/** Every file that a model folder may have. */
export const modelPaths: readonly string[] = Object.freeze([
  indexPath,
  schedulerPath,
  ...Object.values(places).flatMap(({ config, weights }) => [config, ...weights]),
  metaPath,
])

/** The version of diffusers whose configurations these are. */
const diffusersVersion = '0.24.0'

/**
 * Reads a model folder. A plain diffusers folder, without `tweedie.json`, is read with sensible defaults.
 *
 * @param files those of {@link modelPaths} that exist
 * @param source what to call the folder in errors
 * @throws TweedieError `model` for whatever is missing, broken or not supported
 */
export function decodeModelFolder(files: ModelFiles, source = 'model'): ModelFolder {
  const file = (path: string): string => `${source}/${path}`
  const index = parseIndex(readJson(files, indexPath, source), file(indexPath))
  const { kind, className } = index
  const { config: configPath, weights: weightPaths } = places[kind]
  const raw = parseConfig(
    z.looseObject({ _class_name: z.string() }),
    readJson(files, configPath, source),
    file(configPath),
  )
  if (raw._class_name !== className) {
    throw new TweedieError('model', `${file(configPath)}: a ${raw._class_name}, but ${indexPath} says ${className}`)
  }
  const unet = kind === 'unet' ? completeUNet(raw, file(configPath)) : undefined
  const scheduler = index.hasScheduler
    ? parseSchedulerConfig(readJson(files, schedulerPath, source), file(schedulerPath))
    : null
  const weightsPath = weightPaths.find((path) => files.has(path))
  if (weightsPath === undefined) {
    throw new TweedieError('model', `${file(weightPaths[0])}: no such file`, {
      hint: 'weights in .bin files are not read: save the model again with safe_serialization=True',
    })
  }
  const { tensors } = readSafetensors(files.get(weightsPath)!, file(weightsPath))
  const weights = new Map(
    [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]),
  )
  return {
    network: { className, config: unet ? { ...unet } : withoutNotes(raw) },
    weights,
    scheduler,
    meta: readMeta(files, unet, scheduler, source),
  }
}

/**
 * The files of a model folder. Equal models give equal bytes.
 *
 * @throws TweedieError `model` or `shape` when the model contradicts itself
 */
export function encodeModelFolder(folder: ModelFolderInput): Map<string, Uint8Array> {
  const { className } = folder.network
  const kind = className === 'UNet2DModel' ? 'unet' : 'network'
  const config = kind === 'unet' ? formatUNet(folder.network.config) : folder.network.config
  const scheduler = folder.scheduler && parseSchedulerConfig(folder.scheduler)
  const meta = parseTweedieMeta(folder.meta)
  // Whether a family has noise is its own business; without one it is of values or tokens, which have.
  const noise = [scheduler, meta.schedule, meta.process].find((each) => each !== null)
  if (meta.family === undefined && noise === undefined) {
    throw new TweedieError(
      'model',
      'a model needs a scheduler, or a schedule or process in its meta: on which noise is it trained?',
    )
  }
  const note = (name: string) => ({ _class_name: name, _diffusers_version: diffusersVersion })
  const pipeline = kind === 'network' ? 'TweediePipeline' : 'DDPMPipeline'
  const index = {
    ...note(pipeline),
    ...(scheduler && { scheduler: ['diffusers', scheduler._class_name] }),
    [kind]: [kind === 'unet' ? 'diffusers' : 'tweedie', className],
  }
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(formatPythonJson(value))
  return new Map([
    [indexPath, json(index)],
    ...(scheduler ? [[schedulerPath, json({ ...note(''), ...formatSchedulerConfig(scheduler) })] as const] : []),
    [places[kind].config, json({ ...config, ...note(className) })],
    [places[kind].weights[0], writeSafetensors(folder.weights, { format: 'pt' })],
    [metaPath, json(meta)],
  ])
}

/** What a `model_index.json` says. */
interface NetworkIndex {
  readonly kind: keyof typeof places
  readonly className: string
  readonly hasScheduler: boolean
}

/** Reads `model_index.json`. */
function parseIndex(value: unknown, source: string): NetworkIndex {
  const component = z.tuple([z.string().nullable(), z.string().nullable()]).optional()
  const index = parseConfig(
    z.looseObject({ _class_name: z.string(), unet: component, network: component, scheduler: component }),
    value,
    source,
  )
  const isComponent = ([key, entry]: [string, unknown]): boolean =>
    !['unet', 'network', 'scheduler'].includes(key) && Array.isArray(entry) && entry[0] !== null
  const others = Object.entries(index).filter(isComponent)
  if (others.length > 0) {
    const names = others.map(([key]) => key).join(', ')
    throw new TweedieError('model', `${source}: ${index._class_name} with ${names} is not supported`, {
      hint: 'supported are pipelines of a unet and a scheduler, such as DDPMPipeline and DDIMPipeline',
    })
  }
  const [library, className] = index.unet ?? []
  const hasScheduler = Boolean(index.scheduler?.[1])
  if (className === 'UNet2DModel') return { kind: 'unet', className, hasScheduler }
  if (index.unet === undefined && index.network?.[0] === 'tweedie' && index.network[1] !== null) {
    return { kind: 'network', className: index.network[1], hasScheduler }
  }
  const got = index.unet ? `${library} ${className}` : (index.network?.join(' ') ?? 'no unet')
  throw new TweedieError('model', `${source}: ${index._class_name} of ${got} is not supported`, {
    hint: 'supported is a unet of class UNet2DModel, or a network of tweedie',
  })
}

function readMeta(
  files: ModelFiles,
  unet: UNet2DFields | undefined,
  scheduler: SchedulerConfig | null,
  source: string,
): TweedieMeta {
  if (files.has(metaPath)) {
    const meta = parseTweedieMeta(readJson(files, metaPath, source), `${source}/${metaPath}`)
    const noise = [scheduler, meta.schedule, meta.process].find((each) => each !== null)
    if (meta.family !== undefined || noise !== undefined) return meta
  } else if (unet !== undefined && scheduler !== null) return defaultMeta(unet, scheduler)
  throw new TweedieError('model', `${source}/${scheduler === null ? schedulerPath : metaPath}: no such file`)
}

function readJson(files: ModelFiles, path: string, source: string): unknown {
  const bytes = files.get(path)
  if (bytes === undefined) {
    throw new TweedieError('model', `${source}/${path}: no such file`, { hint: 'is this the folder of a model?' })
  }
  try {
    return parsePythonJson(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new TweedieError('model', `${source}/${path}: not JSON: ${(cause as Error).message}`, { cause })
  }
}

/** Checks the options of a `UNet2DModel`; an error says in which file they are. */
function completeUNet(config: Readonly<Record<string, unknown>>, source: string): UNet2DFields {
  try {
    return completeConfig(config as unknown as UNet2DConfig)
  } catch (error) {
    if (!(error instanceof TweedieError)) throw error
    const { code, message, hint } = error
    throw new TweedieError(code, `${source}: ${message}`, { ...(hint !== undefined && { hint }), cause: error })
  }
}

/** Options that came after {@link diffusersVersion}: only written where they say something. */
const newer: Readonly<Record<string, unknown>> = { time_embedding_dim: null, mid_block_type: 'UNetMidBlock2D' }

function formatUNet(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const complete = completeConfig(config as unknown as UNet2DConfig)
  return Object.fromEntries(
    Object.entries(complete).filter(([key, value]) => !(Object.hasOwn(newer, key) && newer[key] === value)),
  )
}

function withoutNotes(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith('_')))
}
