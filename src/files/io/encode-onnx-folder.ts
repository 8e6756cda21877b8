/** What stands beside the ONNX files of a folder: its index, its scheduler, tokenisers and `tweedie.json`. */
import { encodeIndex, encodeMeta } from './encode-model-folder.ts'
import { indexPath, metaPath, schedulerFile } from './folder-plan.ts'
import type { ModelFolder } from './folder-types.ts'
import { furtherEntries } from './further-files.ts'
import { formatSchedulerConfig } from './scheduler-config.ts'

/** The class that Optimum and diffusers give to parts that are ONNX files. */
const runtimeModel = ['diffusers', 'OnnxRuntimeModel'] as const

/**
 * All files of the folder, `tweedie.json` last.
 *
 * @param places folders of the parts @param files what lies in them, by path
 */
export function encodeOnnxFolder(
  { scheduler, meta, files: further }: ModelFolder,
  places: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
): Map<string, Uint8Array> {
  const { className = 'TweediePipeline', ...settings } = pipelineIn(meta.data.latents)
  const index = {
    ...settings,
    ...(scheduler && { scheduler: ['diffusers', scheduler._class_name] }),
    ...Object.fromEntries(places.map((place) => [place, runtimeModel])),
    ...furtherEntries(further),
  }
  // digests are those of weights that are not here
  const { save: _, parts = {}, ...rest } = meta
  const records = Object.entries(parts).map(([name, { digest: __, ...part }]) => [name, part] as const)
  return new Map([
    [indexPath, encodeIndex(/^(Tweedie|DDPM)Pipeline$/.test(className) ? className : `ORT${className}`, index)],
    ...(scheduler ? [[`scheduler/${schedulerFile}`, encodeIndex('', formatSchedulerConfig(scheduler))] as const] : []),
    ...files,
    ...further,
    [metaPath, encodeMeta({ ...rest, parts: Object.fromEntries(records) })],
  ])
}

interface PipelineRecord {
  readonly className?: string
  readonly [setting: string]: unknown
}

function pipelineIn(latents: unknown): PipelineRecord {
  const { pipeline = {} } = Object(latents) as { readonly pipeline?: PipelineRecord }
  return pipeline
}
