/** Whether data are cut into windows, and options that say how. */
import { TweedieError } from '../../errors.ts'
import type { AnyDataset } from '../../files/data/any-dataset.ts'
import type { TrajectoryDataset } from '../../files/data/trajectory.ts'
import { firstOf, type OptionValues } from '../../options.ts'
import { trainOptions } from './options/train.ts'

/** Whether data have a time, along which they are cut. */
export function isWindowed(data: AnyDataset): data is TrajectoryDataset {
  return data.kind === 'trajectory'
}

/** Refuses a window of data without time. @throws TweedieError `usage` */
export function refuseWindows(
  data: AnyDataset,
  { options = {} }: { readonly options?: OptionValues | undefined },
): void {
  const { window, stride } = trainOptions
  const name = firstOf(options, { window, stride })
  if (name === undefined || 'window' in data) return
  // a simulator made windows of that length
  if (
    name === 'window' &&
    options['stride'] === undefined &&
    data.kind === 'fields' &&
    data.shape[1] === options['window']
  )
    return
  throw new TweedieError('usage', `\`${name}\` is for fields over time, and ${data.name} is ${data.kind}`, {
    hint: '`as: fields` reads an array as fields',
  })
}
