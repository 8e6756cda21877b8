/** Opens data from wherever a browser has them. */
import { TweedieError } from '../../../errors.ts'
import type { OptionValues, ValuesOf } from '../../../options.ts'
import { suggest } from '../../../suggest.ts'
import { builtinDataset, builtinNames, isBuiltinName } from '../builtin/index.ts'
import { mapsDataset } from '../builtin/maps.ts'
import type { CategoricalDataset } from '../categorical.ts'
import type { ArrayDataset } from '../dataset.ts'
import { datasetFromArray, pointsDataset } from '../from-array.ts'
import { holdOut } from '../hold-out.ts'
import type { NdArray } from '../nd-array.ts'
import { dataOptions } from '../options.ts'
import type { DataReaders } from '../reader.ts'
import type { DataSource } from '../source.ts'
import { type DataInput, isUrl } from './data-input.ts'

/** Data that were opened. */
export interface OpenedInput {
  readonly train: ArrayDataset | CategoricalDataset
  readonly heldOut?: ArrayDataset | CategoricalDataset | undefined
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly report: readonly string[]
  /** A record of them. */
  readonly source: DataSource
  /** Whether the record is enough to open the same data again: so it is with built-in sets. */
  readonly again: boolean
}

/** How reading is stopped and watched. */
export interface OpenInputOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly onRemark?: ((text: string) => void) | undefined
  readonly readers?: DataReaders | undefined
}

type DataValues = ValuesOf<typeof dataOptions>

/**
 * Opens data.
 *
 * @param options those of data, by the names that `tweedie train` has for them; others are not looked at
 * @throws TweedieError `data` if they are missing, broken or of no known kind; `usage` for options that such data do not support
 */
export async function openInput(
  input: DataInput,
  options: OptionValues,
  _watch: OpenInputOptions = {},
): Promise<OpenedInput> {
  const asked = options as DataValues
  const { source, data, again } = wholeOf(input, asked)
  const report = [...(data.remarks ?? [])]
  const { holdOut: share } = asked
  if (share === undefined || share === 0) return { train: data, report, source, again }
  const recorded = { ...source, holdOut: share, holdOutManner: 'random' } as const
  return { ...holdOut(data, share, 'random'), report, source: recorded, again }
}

interface Whole {
  readonly source: DataSource
  readonly data: ArrayDataset | CategoricalDataset
  readonly again: boolean
}

function wholeOf(input: DataInput, options: DataValues): Whole {
  if (typeof input === 'string' && !isUrl(input)) return builtIn(input, options)
  if (Array.isArray(input)) return inMemory(rows(input as readonly (readonly number[])[]), options)
  if (typeof input === 'object' && 'shape' in input) {
    return inMemory(
      'kind' in input ? input : datasetFromArray(input as NdArray, { name: 'data', as: options.as }),
      options,
    )
  }
  throw new TweedieError('usage', 'files are not read here yet')
}

/** A built-in set by its name. */
function builtIn(name: string, { items: length, unconditional, ...others }: DataValues): Whole {
  refuse(name, others, ['holdOut'])
  const bare = name.replace(/^builtin:/, '')
  const source = { path: name, length, unlabelled: unconditional }
  if (bare === 'maps') return { source, data: mapsDataset({ length }), again: true }
  if (isBuiltinName(bare))
    return { source, data: unlabelled(builtinDataset(bare, { length }), unconditional), again: true }
  const near = suggest(bare, builtinNames)
  throw new TweedieError('data', `${bare}: there is no built-in data set of this name`, {
    hint: near ? `did you mean ${near}?` : `there are ${builtinNames.join(', ')}, maps; files are dropped or picked`,
  })
}

function inMemory(data: ArrayDataset | CategoricalDataset, { unconditional, as: _, ...others }: DataValues): Whole {
  refuse(data.name, others, ['holdOut'])
  return { source: { path: data.name, unlabelled: unconditional }, data: unlabelled(data, unconditional), again: false }
}

function unlabelled<Data extends ArrayDataset | CategoricalDataset>(data: Data, wanted: boolean | undefined): Data {
  return wanted ? { ...data, labels: undefined, classNames: undefined } : data
}

/** Options that such data do not support are refused. */
function refuse(name: string, options: DataValues, known: readonly (keyof DataValues)[]): void {
  const strange = (Object.keys(dataOptions) as (keyof DataValues)[]).find(
    (each) => options[each] !== undefined && !known.includes(each),
  )
  if (strange !== undefined) throw new TweedieError('usage', `${name}: \`${strange}\` is not for such data`)
}

function rows(points: readonly (readonly number[])[]): ArrayDataset {
  const columns = points[0]?.length ?? 0
  const odd = points.findIndex((row) => row.length !== columns)
  if (odd >= 0)
    throw new TweedieError('data', `row ${odd} has ${points[odd]!.length} numbers, and the first ${columns}`)
  return pointsDataset({ name: 'points', data: Float32Array.from(points.flat()), columns })
}
