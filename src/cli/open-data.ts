/** Opens the data of a run, with progress and remarks about what was left out. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { mapsDataset } from '../files/data/builtin/maps.ts'
import type { CategoricalDataset } from '../files/data/categorical.ts'
import type { ArrayDataset } from '../files/data/dataset.ts'
import { holdOut, type Parts } from '../files/data/hold-out.ts'
import { parseCategoricalCsv } from '../files/data/formats/categorical-csv.ts'
import { openDataset } from '../files/data/node/open-dataset.ts'
import { readBytes } from '../files/data/node/read-bytes.ts'
import { readCorpus } from '../files/data/node/read-corpus.ts'
import { quantise } from '../files/data/quantise.ts'
import { TweedieError } from '../errors.ts'
import type { DataSource } from '../tools/train/node/run-folder.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { note } from './output.ts'
import type { Verbosity } from './output.ts'
import { startProgress } from './progress.ts'

type OpenOptions = Verbosity & { readonly signal?: AbortSignal }

/**
 * Opens the part of a data set of images, points or other numbers that is trained on.
 *
 * @throws TweedieError `data` for tokens
 */
export async function openData(source: DataSource, options: OpenOptions = {}): Promise<ArrayDataset> {
  const { train } = await openParts(source, options)
  if (train.kind !== 'tokens') return train
  throw new TweedieError('data', `${source.path}: tokens, where images or points are needed`)
}

/** Opens any data set: what is trained on, and what is held out, if anything is. */
export async function openParts(
  source: DataSource,
  options: OpenOptions = {},
): Promise<{ readonly train: TrainData; readonly heldOut?: TrainData }> {
  const all = await openWhole(source, options)
  return source.holdOut ? (holdOut(all, source.holdOut) as Parts<TrainData>) : { train: all }
}

async function openWhole(source: DataSource, options: OpenOptions): Promise<TrainData> {
  const { path, length, tokens } = source
  if (tokens && 'tokenizer' in tokens) return readCorpus(path, { ...tokens, signal: options.signal })
  if (tokens && 'columns' in tokens) {
    const { bins } = tokens
    return parseCategoricalCsv(await readBytes(path), { name: basename(path), ...(bins !== undefined && { bins }) })
  }
  if (isMaps(path)) return unlabelled(source, mapsDataset({ length }))
  const dataset = await openValues(source, options)
  return tokens && 'levels' in tokens ? quantise(dataset, tokens.levels) : dataset
}

/** Whether a path is the name of the built-in maps, and no file's. */
export function isMaps(path: string): boolean {
  return path.replace(/^builtin:/, '') === 'maps' && !existsSync(path)
}

async function openValues(source: DataSource, options: OpenOptions): Promise<ArrayDataset> {
  const { path, size, crop, channels, length } = source
  using progress = await startProgress('reading', options)
  const { signal } = options
  const dataset = await openDataset(path, {
    size,
    crop,
    channels,
    length,
    signal,
    ...(source.unlabelled && { labels: false }),
    onProgress: (done, total) => progress.update(done, total),
  })
  progress.stop()
  for (const { file, reason } of (dataset.skipped ?? []).slice(0, 5)) note(`skipped ${file}: ${reason}`, options)
  const more = (dataset.skipped?.length ?? 0) - 5
  if (more > 0) note(`skipped ${more} more files ('tweedie data ${path}' lists them)`, options)
  return unlabelled(source, dataset)
}

function unlabelled<Data extends ArrayDataset | CategoricalDataset>({ unlabelled }: DataSource, dataset: Data): Data {
  return unlabelled ? { ...dataset, labels: undefined, classNames: undefined } : dataset
}
