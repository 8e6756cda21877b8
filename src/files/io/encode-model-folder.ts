/** From a model to the files of its folder. */
import { TweedieError } from '../../errors.ts'
import type { Component } from './component.ts'
import { configFile, indexPath, metaPath, schedulerFile } from './folder-plan.ts'
import type { ModelFolderInput } from './folder-types.ts'
import { furtherEntries } from './further-files.ts'
import { formatPythonJson } from './json.ts'
import { writeSafetensors } from './safetensors.ts'
import { formatSchedulerConfig, parseSchedulerConfig } from './scheduler-config.ts'
import { parseTweedieMeta, type TweedieMetaInput } from './tweedie-meta.ts'
import { isUNetClass, mainName } from './unet-classes.ts'
import { formatUNet } from './unet-config.ts'
import { weightFileOf } from './weight-files.ts'

/** The version of diffusers whose configurations these are. */
const diffusersVersion = '0.24.0'
const partName = /^[a-z][a-z0-9_]{0,63}$/

/**
 * The files of a model folder. Equal models give equal bytes.
 *
 * @throws TweedieError `model` or `shape` when the model contradicts itself
 */
export function encodeModelFolder(folder: ModelFolderInput): Map<string, Uint8Array> {
  const parts = partsOf(folder)
  const { files = new Map<string, Uint8Array>() } = folder
  const scheduler = folder.scheduler && parseSchedulerConfig(folder.scheduler)
  const meta = parseTweedieMeta(folder.meta)
  // A family may have no noise; a folder without a family is of values or tokens, which need it.
  const noise = [scheduler, meta.schedule, meta.process].find((each) => each !== null)
  if (meta.family === undefined && noise === undefined) {
    throw new TweedieError(
      'model',
      'a model needs a scheduler, or a schedule or process in its meta: on which noise is it trained?',
    )
  }
  const plain = parts.size === 1 && parts.get('unet')?.className === 'UNet2DModel' && files.size === 0
  const { className = plain ? 'DDPMPipeline' : 'TweediePipeline', ...settings } = folder.pipeline ?? {}
  const index = {
    ...note(className),
    ...settings,
    ...(scheduler && { scheduler: ['diffusers', scheduler._class_name] }),
    ...Object.fromEntries(Array.from(parts, ([name, { library, className }]) => [name, [library, className]])),
    ...entriesBeside(parts, files),
  }
  return new Map([
    [indexPath, json(index)],
    ...(scheduler
      ? [[`scheduler/${schedulerFile}`, json({ ...note(''), ...formatSchedulerConfig(scheduler) })] as const]
      : []),
    ...Array.from(parts, ([name, part]) => [...encodePart(part, `${name}/`)]).flat(),
    ...files,
    [metaPath, json(meta)],
  ])
}

/** The bytes of `tweedie.json`. */
export function encodeMeta(meta: TweedieMetaInput): Uint8Array {
  return json(parseTweedieMeta(meta))
}

/** Entries of the index for files of tokenizers and processors, in folders of their own. */
function entriesBeside(parts: ReadonlyMap<string, Component>, files: ReadonlyMap<string, Uint8Array>) {
  const entries = furtherEntries(files)
  const taken = Object.keys(entries).find((name) => parts.has(name) || name === 'scheduler')
  if (taken === undefined) return entries
  throw new TweedieError('model', `${taken}/ is the folder of a part: files of a tokenizer lie in one of their own`)
}

/** All parts, the main one first. */
export function partsOf({ network, weights, main, components = new Map() }: ModelFolderInput): Map<string, Component> {
  const { className, config, onnx } = network
  const usual = mainName(className)
  const { name, library } = main ?? { name: usual, library: usual === 'unet' ? 'diffusers' : 'tweedie' }
  const parts = new Map<string, Component>([[name, { library, className, config, weights, onnx }]])
  for (const [other, component] of components) {
    if (!partName.test(other) || other === 'scheduler') {
      throw new TweedieError('model', `${JSON.stringify(other)} is no name of a part`, {
        hint: 'small letters, digits and _, such as vae or text_encoder',
      })
    }
    if (!parts.has(other)) parts.set(other, component)
  }
  return parts
}

/**
 * The files of one part: its configuration and its weights.
 *
 * @param folder that it lies in, with a slash at its end; empty: the network alone
 */
export function encodePart(
  { library, className, config, weights, onnx }: Component,
  folder = '',
): ReadonlyMap<string, Uint8Array> {
  if (onnx !== undefined) {
    throw new TweedieError(
      'model',
      `${folder || 'the network'} is ${Object.values(onnx)[0]!.name}: it has no weights to write`,
      {
        hint: 'copy the folder that it lies in',
      },
    )
  }
  return new Map([
    [`${folder}${configFile}`, encodeConfig({ className, config })],
    [`${folder}${weightFileOf(library)}`, writeSafetensors(weights, { format: 'pt' })],
  ])
}

/** The bytes of a part's `config.json`. */
export function encodeConfig({ className, config }: Pick<Component, 'className' | 'config'>): Uint8Array {
  return encodeConfigOf(className, isUNetClass(className) ? formatUNet(className, config) : config)
}

/** The bytes of a configuration of a class; of none, if it says so itself. */
function encodeConfigOf(className: string, config: object): Uint8Array {
  return json({ ...config, ...note(className) })
}

/** The bytes of `model_index.json`. */
export function encodeIndex(className: string, entries: object): Uint8Array {
  return json({ ...note(className), ...entries })
}

function note(className: string): Record<string, string> {
  return { _class_name: className, _diffusers_version: diffusersVersion }
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(formatPythonJson(value))
}
