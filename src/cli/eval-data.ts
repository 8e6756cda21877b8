/** The data that `tweedie eval` compares with: those of training, and others that the model has not seen. */
import { existsSync, statSync } from 'node:fs'
import { isBuiltinName } from '../files/data/index.ts'
import type { ArrayDataset } from '../files/data/index.ts'
import { openDataset } from '../files/data/node/open-dataset.ts'
import { TweedieError } from '../errors.ts'
import { readJson } from '../files/io/node/files.ts'
import type { Model } from '../families/values/model.ts'
import { runPaths } from '../tools/train/node/run-folder.ts'
import type { DataSource, RunRecord } from '../tools/train/node/run-folder.ts'
import { openData, openParts } from './open-data.ts'

/** Data named by hand. */
export interface DataOptions {
  readonly data?: string | undefined
  readonly heldOut?: string | undefined
}

/** Where the data are: what was typed, else what `train` was given. */
export async function sourceOf(folder: string, model: Model, { data }: DataOptions): Promise<DataSource> {
  const { record } = runPaths(folder)
  const trained = existsSync(record) ? ((await readJson(record, 'model')) as Partial<RunRecord>).data : undefined
  if (trained && (data === undefined || data === trained.path)) return trained
  if (data !== undefined) return { path: data, ...pictureSize(data, model) }
  throw new TweedieError('usage', `${folder}: which data the model was trained on is not known`, {
    hint: 'name them: --data PATH',
  })
}

/** Images of a folder are read at the model's size. */
function pictureSize(path: string, { frame: { item }, scale }: Model): Pick<DataSource, 'size' | 'channels'> {
  const [channels, height, width] = item
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  if (!isFolder || scale.kind !== 'image' || height !== width) return {}
  return { size: height, ...((channels === 1 || channels === 3) && { channels }) }
}

/** Data that were not trained on: those named, those that `train` held out, or of a built-in set others of its kind. */
export async function openHeldOut(
  source: DataSource,
  model: Model,
  { heldOut: path }: DataOptions,
  signal: AbortSignal,
): Promise<ArrayDataset | undefined> {
  if (path !== undefined) return openData({ path, ...pictureSize(path, model) }, { quiet: true, signal })
  const kept = source.holdOut ? (await openParts(source, { quiet: true, signal })).heldOut : undefined
  if (kept && kept.kind !== 'tokens') return kept
  const builtin = isBuiltinName(source.path.replace(/^builtin:/, '')) && !existsSync(source.path)
  return builtin ? openDataset(source.path, { length: 1000, seed: 'held-out' }) : undefined
}
