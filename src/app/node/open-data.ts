/** Opens the data that a source names, all of them or as they were cut up for training. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { Setting } from '../../families/family.ts'
import { mapsDataset } from '../../files/data/builtin/maps.ts'
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { parseCategoricalCsv } from '../../files/data/formats/categorical-csv.ts'
import { holdOut, type Parts } from '../../files/data/hold-out.ts'
import { openDataset } from '../../files/data/node/open-dataset.ts'
import { readBytes } from '../../files/data/node/read-bytes.ts'
import { readCorpus } from '../../files/data/node/read-corpus.ts'
import { quantise } from '../../files/data/quantise.ts'
import type { DataSource } from '../../tools/train/node/run-folder.ts'
import type { TrainData } from '../../tools/train/problem.ts'

/** How reading is stopped and watched. */
export type OpenOptions = Pick<Setting, 'signal' | 'onProgress' | 'onRemark'>

/** Files that were passed over and are named; of more, the number is said. */
const namedFiles = 5

/** Opens any data set: what is trained on, and what is held out, if anything is. */
export async function openParts(
  source: DataSource,
  options: OpenOptions = {},
): Promise<{ readonly train: TrainData; readonly heldOut?: TrainData }> {
  const all = await openWhole(source, options)
  return source.holdOut
    ? (holdOut(all, source.holdOut, source.holdOutManner ?? 'end') as Parts<TrainData>)
    : { train: all }
}

/** Whether a path is the name of the built-in maps, and no file's. */
export function isMaps(path: string): boolean {
  return path.replace(/^builtin:/, '') === 'maps' && !existsSync(path)
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

async function openValues(source: DataSource, { signal, onProgress, onRemark }: OpenOptions): Promise<ArrayDataset> {
  const { path, size, crop, channels, length } = source
  const dataset = await openDataset(path, {
    size,
    crop,
    channels,
    length,
    signal,
    ...(source.unlabelled && { labels: false }),
    onProgress: (done, total) => onProgress?.({ phase: 'reading', done, total, unit: 'files' }),
  })
  const skipped = dataset.skipped ?? []
  for (const { file, reason } of skipped.slice(0, namedFiles)) onRemark?.(`skipped ${file}: ${reason}`)
  if (skipped.length > namedFiles) onRemark?.(`skipped ${skipped.length - namedFiles} more files of ${path}`)
  return unlabelled(source, dataset)
}

function unlabelled<Data extends ArrayDataset | CategoricalDataset>({ unlabelled }: DataSource, dataset: Data): Data {
  return unlabelled ? { ...dataset, labels: undefined, classNames: undefined } : dataset
}
