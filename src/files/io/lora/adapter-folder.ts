/**
 * The folder of adapters: what a run that trains them writes. It has the adapters, the noise and the facts, and names the model that
 * they belong to, which is opened with it.
 */
import { TweedieError } from '../../../errors.ts'
import { checksum } from '../checksum.ts'
import { indexPath, metaPath, schedulerFile } from '../folder-plan.ts'
import type { ModelFiles, ModelFolderInput } from '../folder-types.ts'
import { formatPythonJson } from '../json.ts'
import { readFolderJson } from '../read-part.ts'
import { formatSchedulerConfig, parseSchedulerConfig, type SchedulerConfig } from '../scheduler-config.ts'
import { parseTweedieMeta, type TweedieMeta, type TweedieMetaAdapters } from '../tweedie-meta.ts'
import type { LoraFile } from './lora-file.ts'
import { decodeLora } from './read-lora.ts'
import { encodePeft, type ModelLora } from './write-lora.ts'

/** The file of the adapters, as diffusers looks for it. */
export const loraFile = 'pytorch_lora_weights.safetensors'
/** The class of the pipeline in the index. */
const adapters = 'TweedieAdapters'
const schedulerPath = `scheduler/${schedulerFile}`
/** The files that are read. */
export const adapterFiles = Object.freeze([metaPath, loraFile, schedulerPath])

/** What is written. */
export interface AdapterFolderInput extends Pick<ModelFolderInput, 'scheduler' | 'meta'> {
  readonly layers: readonly ModelLora[]
  readonly facts: Omit<TweedieMetaAdapters, 'sum'>
}

/** What is read. */
export interface AdapterFolder {
  readonly file: LoraFile
  readonly facts: TweedieMetaAdapters
  /** Those of the model with the adapters. */
  readonly scheduler: SchedulerConfig | null
  readonly meta: TweedieMeta
}

/** The files of a folder of adapters. Equal adapters give equal bytes. */
export function encodeAdapterFolder({ layers, facts, scheduler, meta }: AdapterFolderInput): Map<string, Uint8Array> {
  const noise = scheduler && parseSchedulerConfig(scheduler)
  const { rank, alpha } = facts
  const bytes = encodePeft(layers, { alpha, metadata: { rank: String(rank), alpha: String(alpha) } })
  const sum = checksum(bytes)
  const stated = parseTweedieMeta({ ...meta, parts: undefined, save: sum, adapters: { ...facts, sum } })
  return new Map<string, Uint8Array>([
    [indexPath, json({ _class_name: adapters, ...(noise && { scheduler: ['diffusers', noise._class_name] }) })],
    ...(noise
      ? [[schedulerPath, json({ _class_name: noise._class_name, ...formatSchedulerConfig(noise) })] as const]
      : []),
    [loraFile, bytes],
    [metaPath, json(stated)],
  ])
}

/**
 * Reads a folder of adapters; undefined for any other folder.
 *
 * @throws TweedieError `model` where files are missing, or of two different saves
 */
export function decodeAdapterFolder(files: ModelFiles, source = 'adapters'): AdapterFolder | undefined {
  const stated = files.get(metaPath)
  if (stated === undefined) return undefined
  const meta = parseTweedieMeta(readFolderJson(stated, metaPath, source), `${source}/${metaPath}`)
  const { adapters: facts, ...rest } = meta
  if (facts === undefined) return undefined
  const bytes = files.get(loraFile)
  if (bytes === undefined) {
    throw new TweedieError('model', `${source}/${loraFile}: no such file`, {
      hint: 'fetch the folder again, with all of its files',
    })
  }
  if (checksum(bytes) !== facts.sum) {
    throw new TweedieError('model', `${source}/${loraFile}: not the adapters that tweedie.json was saved with`, {
      hint: 'copy the whole folder again',
    })
  }
  const noise = files.get(schedulerPath)
  return {
    file: decodeLora(bytes, `${source}/${loraFile}`),
    facts,
    scheduler: noise
      ? parseSchedulerConfig(readFolderJson(noise, schedulerPath, source), `${source}/${schedulerPath}`)
      : null,
    meta: rest,
  }
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(formatPythonJson(value))
}
