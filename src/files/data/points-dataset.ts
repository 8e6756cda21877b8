/** Points as a data set. */
import { type ArrayDataset, createDataset } from './dataset.ts'
import { standardise } from './normalise.ts'

/** Points, `[n, columns]`, standardised column by column. */
export function pointsDataset(parts: {
  name: string
  data: Float32Array
  columns: number
  labels?: Int32Array | undefined
  classNames?: readonly string[] | undefined
}): ArrayDataset {
  const { columns, ...rest } = parts
  const affine = columns > 0 ? standardise(parts.data, columns) : undefined
  return createDataset({ ...rest, kind: 'points', shape: [columns], affine })
}
