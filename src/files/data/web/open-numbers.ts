/** Numbers in memory as data. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../dataset.ts'
import { fieldsOfArrays } from '../fields/from-arrays.ts'
import { trajectoryOfFile } from '../fields/from-file.ts'
import { datasetFromArray } from '../from-array.ts'
import { holdOut } from '../hold-out.ts'
import type { NdArray } from '../nd-array.ts'
import { pointsDataset } from '../points-dataset.ts'
import type { Numbers } from './data-input.ts'
import type { DataValues, OpenedInput } from './opened-input.ts'

/**
 * Opens numbers: a data set, an array, or rows of points.
 *
 * @throws TweedieError `data` for rows that differ in length, `usage` for options that are for files
 */
export function openNumbers(input: Numbers, options: DataValues): OpenedInput {
  return withHeldOut(datasetOf(input, options), options)
}

function datasetOf(input: Numbers, options: DataValues): OpenedInput['train'] {
  const made = !('shape' in input) ? rows(input) : 'kind' in input ? input : fromArray(input, options)
  const known: readonly string[] = [
    'holdOut',
    'unconditional',
    ...('kind' in input ? ['captions'] : ['as', 'variables']),
  ]
  const strange = Object.keys(options).find(
    (name) => options[name as keyof DataValues] !== undefined && !known.includes(name),
  )
  if (strange === undefined) return options.unconditional ? { ...made, labels: undefined, classNames: undefined } : made
  throw new TweedieError('usage', `${made.name}: \`${strange}\` is not for data in memory`)
}

function fromArray(array: NdArray, { as, variables }: DataValues): OpenedInput['train'] {
  if (as !== 'fields') return datasetFromArray(array, { name: 'data', as })
  return trajectoryOfFile(fieldsOfArrays({ field: array }), { name: 'data', variables })
}

function withHeldOut(
  data: OpenedInput['train'],
  { holdOut: share, unconditional: unlabelled }: DataValues,
): OpenedInput {
  const report = [...(data.remarks ?? [])]
  const source = { path: data.name, unlabelled }
  if (!share) return { train: data, report, source, again: false }
  const recorded = { ...source, holdOut: share, holdOutManner: 'random' } as const
  return { ...holdOut(data, share, 'random'), report, source: recorded, again: false }
}

function rows(points: readonly (readonly number[])[]): ArrayDataset {
  const columns = points[0]?.length ?? 0
  const odd = points.findIndex((row) => row.length !== columns)
  if (odd >= 0)
    throw new TweedieError('data', `row ${odd} has ${points[odd]!.length} numbers, and the first ${columns}`)
  return pointsDataset({ name: 'points', data: Float32Array.from(points.flat()), columns })
}
