/** Opens the data that a source names, all of them or split as for training. */
import type { AnyDataset } from '../any-dataset.ts'
import { TweedieError } from '../../../errors.ts'
import { ownFault } from '../../../own-made.ts'
import type { ArrayDataset } from '../dataset.ts'
import { type FileTree, lastPart } from '../file-tree.ts'
import { holdOut } from '../hold-out.ts'
import type { OpenWith } from '../item-storage.ts'
import type { DataReaders } from '../reader.ts'
import type { DataSource } from '../source.ts'
import { withFacts } from '../stored-dataset.ts'
import { openDataset } from './open-dataset.ts'
import { readFields } from './field-source.ts'
import { expanded, isPattern } from './shard-paths.ts'
import { areMolecules, isMaps } from './source-of.ts'

/** How reading is stopped and watched, and the user's own readers. */
export interface OpenSourceOptions {
  readonly signal?: AbortSignal | undefined
  /** Files that were read, and how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Readers of one's own, by name; the first that accepts the path reads it. */
  readonly readers?: DataReaders | undefined
  /** Opens data of files with a place on disk for their items, if they are too large for memory; by default they must fit. */
  readonly through?:
    | ((paths: readonly string[], reading: object, open: OpenWith<ArrayDataset>) => Promise<ArrayDataset>)
    | undefined
}

/** Data that were opened. */
export interface OpenedSource {
  readonly train: AnyDataset
  /** The held-out part, if the source sets one. */
  readonly heldOut?: AnyDataset
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly report: readonly string[]
}

/** The most ignored files to list by name; of more, only the number is reported. */
const namedFiles = 5

/**
 * Opens data.
 *
 * @throws TweedieError `data` if they are missing, broken or of another kind than the source says; `interrupted`
 * @example
 * const { train, heldOut, report } = await openSource({ path: 'photos', size: 32, holdOut: 0.1, holdOutManner: 'random' })
 */
export async function openSource(
  tree: FileTree,
  source: DataSource,
  options: OpenSourceOptions = {},
): Promise<OpenedSource> {
  const all = await openWhole(tree, source, options)
  const report = reportOf(all, source.path)
  if (!source.holdOut) return { train: all, report }
  return { ...holdOut(all, source.holdOut, source.holdOutManner ?? 'end'), report }
}

async function openWhole(tree: FileTree, source: DataSource, options: OpenSourceOptions): Promise<AnyDataset> {
  const { path, tokens } = source
  const own = await readByOwn(source, options)
  if (own) return withoutLabels(source, own)
  if (source.fields) {
    return readFields(tree, path, source.fields, options.signal)
  }
  if (tokens && 'tokenizer' in tokens) {
    const { readCorpus } = await import('./open-files.ts')
    return readCorpus(tree, path, { ...tokens, signal: options.signal })
  }
  if (tokens && 'columns' in tokens) {
    const { bins } = tokens
    const bytes = await tree.read(path, undefined, options.signal)
    const { parseCategoricalCsv } = await import('./open-files.ts')
    return parseCategoricalCsv(bytes, { name: lastPart(path), ...(bins !== undefined && { bins }) })
  }
  if (source.table) {
    const { readTable } = await import('./open-files.ts')
    return readTable(await tree.read(path, undefined, options.signal), { name: lastPart(path) }, source.table)
  }
  if (await isMaps(tree, path)) {
    const { mapsDataset } = await import('../builtin/maps.ts')
    return withoutLabels(source, mapsDataset({ length: source.length }))
  }
  if (!tokens && (await areMolecules(tree, path))) {
    const { openMolecules } = await import('./open-molecules.ts')
    return openMolecules(tree, source, options)
  }
  const { holdOut: _, holdOutManner: __, tokens: ___, fields: ____, unlabelled, path: _____, ...reading } = source
  const labels = unlabelled ? { labels: false } : {}
  const { signal, onProgress } = options
  const open: OpenWith<ArrayDataset> = (storage) =>
    openDataset(tree, path, { ...reading, ...labels, storage, signal, onProgress })
  const isThere = isPattern(path) || (await tree.kind(path)) !== undefined
  const { through } = tokens || !isThere ? {} : options
  const dataset = withoutLabels(
    source,
    await (through ? through(expanded(path), { ...reading, ...labels }, open) : open(undefined)),
  )
  if (!tokens || !('levels' in tokens)) return dataset
  const { quantise } = await import('../quantise.ts')
  return { ...quantise(dataset, tokens.levels), remarks: dataset.remarks }
}

/** What the first of the user's own readers makes of a path that it accepts. */
async function readByOwn(
  source: DataSource,
  { readers = {}, signal }: OpenSourceOptions,
): Promise<AnyDataset | undefined> {
  for (const [name, reader] of Object.entries(readers)) {
    const fault = (cause: unknown): never => {
      if (signal?.aborted) throw cause
      throw ownFault(`the reader ${name}`, cause)
    }
    const accepted = await Promise.resolve(source.path)
      .then((path) => reader.accepts(path))
      .catch(fault)
    if (!accepted) continue
    const made: unknown = await Promise.resolve(source)
      .then((from) => reader.read(from, { signal }))
      .catch(fault)
    if (typeof made === 'object' && made !== null && 'kind' in made && 'length' in made) return made as AnyDataset
    throw new TweedieError('usage', `the reader ${name} of your own returns ${String(made)}, which is no data set`, {
      hint: 'return what createDataset or datasetFromArray make',
    })
  }
  return undefined
}

function withoutLabels<Data extends AnyDataset>({ unlabelled }: DataSource, dataset: Data): Data {
  return unlabelled ? withFacts(dataset, { labels: undefined, classNames: undefined }) : dataset
}

function reportOf(dataset: AnyDataset, path: string): string[] {
  const skipped = ('skipped' in dataset ? dataset.skipped : undefined) ?? []
  const more = skipped.length - namedFiles
  return [
    ...(dataset.remarks ?? []),
    ...skipped.slice(0, namedFiles).map(({ file, reason }) => `skipped ${file}: ${reason}`),
    ...(more > 0 ? [`skipped ${more} more files of ${path}`] : []),
  ]
}
