/** One network from a folder of its own: a configuration and weights, as diffusers saves a model outside a pipeline. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Component } from '../component.ts'
import { TweedieError } from '../../../errors.ts'
import { configFile, trainedParts } from '../folder-plan.ts'
import type { ReadFolderOptions } from '../model-folder.ts'
import { readPart } from '../read-part.ts'
import { readLargeBytes, unreadable } from './files.ts'
import { readFolderFiles } from '../folder-files.ts'

/** A network, and remarks about reading it. */
export interface ReadComponent extends Component {
  readonly notes: readonly string[]
}

/**
 * Reads a part of a model from its own folder, such as `unet` or `checkpoint-500/unet_ema`; of a checkpoint, the average.
 *
 * @throws TweedieError `model` if anything is missing or broken
 * @example
 * const { className, config, weights } = await readComponent('checkpoint-500/unet_ema')
 */
export async function readComponent(
  path: string,
  { variant, sampleSize: size }: Omit<ReadFolderOptions, 'scheduler'> = {},
): Promise<ReadComponent> {
  const names = await readdir(path).catch((cause: unknown) => {
    throw unreadable(path, 'model', cause)
  })
  if (!names.includes(configFile)) {
    const inner = trainedParts.find((name) => names.includes(name))
    if (inner === undefined) throw new TweedieError('model', `${join(path, configFile)}: no such file`)
    const component = await readComponent(join(path, inner), { variant, sampleSize: size })
    return { ...component, notes: [`${inner} is read`, ...component.notes] }
  }
  const files = await readFolderFiles(
    path,
    {
      read: (name) => readLargeBytes(join(path, name), 'model'),
      list: async (folder) =>
        folder === '' ? names.filter((name) => name === configFile || /safetensors/.test(name)) : [],
    },
    { variant },
  )
  const notes: string[] = []
  const component = readPart(files, { name: basename(path), folder: '' }, path, { variant, size, notes })
  return { ...component, notes }
}
