/** From the files of a folder to a model. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { defaultMeta } from './default-meta.ts'
import { configFile, type FolderPlan, indexPath, metaPath, type PartPlace, planFolder } from './folder-plan.ts'
import type { ModelFiles, ModelFolder, ReadFolderOptions } from './folder-types.ts'
import { pipelineMeta, type PipelineReading } from './pipeline-meta.ts'
import { pipelineOf, schedulerOfPipeline } from './pipelines.ts'
import { furtherFiles } from './further-files.ts'
import { readFolderJson, readPart } from './read-part.ts'
import { type SchedulerConfig, parseSchedulerConfig } from './scheduler-config.ts'
import { type TweedieMeta, parseTweedieMeta } from './tweedie-meta.ts'
import { isUNetClass } from './unet-classes.ts'

/**
 * Reads a model folder. A plain diffusers folder, without `tweedie.json`, is read with sensible defaults.
 *
 * @param files its files; others are ignored @param source the folder's name in errors @throws TweedieError `model` if
 * anything is missing, broken or not supported
 */
export function decodeModelFolder(files: ModelFiles, source = 'model', options: ReadFolderOptions = {}): ModelFolder {
  const json = (path: string): unknown => readFolderJson(files.get(path), path, source)
  const plan = planFolder(new Set(files.keys()), json, source)
  const main = mainPart(plan, source, files.has(metaPath))
  for (const part of [main, ...plan.parts]) requireConfig(files, part, plan, source)
  const stored = files.has(metaPath) ? parseTweedieMeta(json(metaPath), `${source}/${metaPath}`) : undefined
  if (stored === undefined && main.library === 'tweedie') throw metaMissing(main, source)
  const notes = [...plan.notes]
  const configOf = ({ folder, onnx }: PartPlace): unknown =>
    onnx && !files.has(`${folder}${configFile}`) ? {} : json(`${folder}${configFile}`)
  const read = options.scheduler ?? (plan.scheduler === null ? null : (json(plan.scheduler) as object))
  const stated = read && stored === undefined ? schedulerOfPipeline(plan.pipeline, read, notes) : read
  const scheduler = stated && parseSchedulerConfig(stated, `${source}/${plan.scheduler ?? 'scheduler'}`)
  const components = new Map(
    plan.parts.map((part) => {
      const size = part === main ? (options.sampleSize ?? sizeOf(stored, configOf(part))) : undefined
      return [part.name, readPart(files, part, source, { ...options, size, notes })]
    }),
  )
  const { className, config, weights, onnx } = components.get(main.name)!
  const { _diffusers_version: version } = Object(configOf(main)) as Record<string, unknown>
  const meta =
    stored ??
    metaOf(plan, components, { scheduler, stated }, { source, version, sampleSize: options.sampleSize, notes })
  const noise = [scheduler, meta.schedule, meta.process].find((each) => each !== null)
  if (meta.family === undefined && noise === undefined) throw noiseMissing(source)
  const network = { className, config, ...(onnx && { onnx }) }
  const memory = options.memory === undefined ? {} : { memory: options.memory }
  return { components, network, weights, scheduler, meta, files: furtherFiles(files), notes, ...memory }
}

/** The names of main parts, the first that there is being it; an autoencoder is one in a folder of ours that has nothing else. */
const mainNames = ['unet', 'network', 'vae', 'vqvae'] as const

/** The part that the model is sampled from. */
function mainPart({ parts, pipeline }: FolderPlan, source: string, isOurs: boolean): PartPlace {
  const main = mainNames
    .slice(0, isOurs ? mainNames.length : 2)
    .map((name) => parts.find((part) => part.name === name))
    .find((part) => part !== undefined)
  const only = parts.length === 1 && parts[0]!.library === 'tweedie' ? parts[0] : undefined
  if (main ?? only) return (main ?? only)!
  const names = parts.map(({ name }) => name).join(', ') || 'no parts'
  throw new TweedieError('model', `${source}/${indexPath}: ${pipeline} with ${names} is not supported`, {
    hint: 'a unet is needed, or a network of tweedie',
  })
}

/** Refuses a folder that names a part and does not have it; of a class that nobody here builds, it says so. */
function requireConfig(
  files: ModelFiles,
  { name, folder, library, className, onnx }: PartPlace,
  { pipeline }: FolderPlan,
  source: string,
) {
  const path = `${folder}${configFile}`
  if (files.has(path) || onnx) return
  const known = library === 'tweedie' || isUNetClass(className ?? '')
  const isMain = name === 'unet' || name === 'network'
  const more = known || !isMain ? '' : `; ${pipeline} of ${library} ${className} is not supported`
  throw new TweedieError('model', `${source}/${path}: no such file${more}`, {
    hint:
      pipeline === undefined
        ? 'is this the folder of a model?'
        : `${indexPath} names the part ${name}: fetch the folder again, with all of its files`,
  })
}

/** Height and width as the network sees them, by the data: in patches, and padded so that they can be halved. */
function sizeOf(meta: TweedieMeta | undefined, config: unknown): [height: number, width: number] | undefined {
  if (meta === undefined || meta.data.shape.length !== 3) return undefined
  const { block_out_channels: blocks } = Object(config) as { readonly block_out_channels?: unknown }
  const stride = Array.isArray(blocks) ? 2 ** (blocks.length - 1) : 1
  const side = (size: number): number => Math.ceil(size / (meta.data.patch * stride)) * stride
  return [side(meta.data.shape[1]!), side(meta.data.shape[2]!)]
}

/** The metadata of a folder without `tweedie.json`. */
function metaOf(
  { pipeline, settings = {} }: FolderPlan,
  components: ModelFolder['components'],
  { scheduler, stated }: { readonly scheduler: SchedulerConfig | null; readonly stated: object | null },
  { source, ...how }: Pick<PipelineReading, 'version' | 'sampleSize' | 'notes'> & { readonly source: string },
): TweedieMeta {
  const [unet, network, vae] = ['unet', 'network', 'vae'].map((name) => components.get(name))
  if (pipelineOf(pipeline) === undefined) return plainMeta((unet ?? network)!.config, scheduler, stated, source)
  if (scheduler === null) throw noiseMissing(source)
  if (unet && vae) {
    const configs = { pipeline: pipeline!, settings, unet: unet.config, vae: vae.config, scheduler }
    return pipelineMeta(configs, source, how)
  }
  throw new TweedieError('model', `${source}/${indexPath}: ${pipeline} without ${unet ? 'a vae' : 'a unet'}`, {
    hint: 'fetch the folder again, with all of its files',
  })
}

/** That of a network of images. */
function plainMeta(
  config: Readonly<Record<string, unknown>>,
  scheduler: SchedulerConfig | null,
  stated: object | null,
  source: string,
): TweedieMeta {
  if (scheduler === null || stated === null) throw noiseMissing(source)
  const side = z.int().check(z.positive())
  const known = z.object({ in_channels: side, sample_size: z.union([side, z.tuple([side, side])]) }).safeParse(config)
  const { in_channels: channels, sample_size: size } = known.data ?? { in_channels: 1, sample_size: 1 }
  return defaultMeta([channels, ...(typeof size === 'number' ? [size, size] : size)], scheduler, stated)
}

/** Networks of ours are not understood without it. */
function metaMissing({ className }: PartPlace, source: string): TweedieError {
  return new TweedieError(
    'model',
    `${source}/${metaPath}: no such file, and ${className} is not understood without it`,
    {
      hint: 'fetch the folder again, with all of its files',
    },
  )
}

function noiseMissing(source: string): TweedieError {
  return new TweedieError(
    'model',
    `${source}: there is no scheduler: the noise that the network was trained on is not known`,
    {
      hint: 'put the scheduler_config.json of the training into the folder, or give it: `scheduler: PATH`',
    },
  )
}
