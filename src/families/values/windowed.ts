/** Trajectories prepared for training: cut into windows. */
import { TweedieError } from '../../errors.ts'
import type { AnyDataset } from '../../files/data/any-dataset.ts'
import type { WindowChoice } from '../../files/data/windows.ts'
import { windowsOf } from '../../files/data/windows.ts'
import type { Wanted } from '../family.ts'
import type { TrainSpec } from './spec.ts'

/** States in a window, unless told otherwise. */
const usualWindow = 8

/**
 * Windows of trajectories, as options or a specification say; other data as they are.
 *
 * @throws TweedieError `usage` for a window of data without time
 */
export function windowed(data: AnyDataset, { options, spec }: Wanted<TrainSpec>): AnyDataset {
  const { window, stride } = (options ?? {}) as { readonly window?: number; readonly stride?: number }
  if (data.kind !== 'trajectory') {
    const name = window !== undefined ? 'window' : stride !== undefined ? 'stride' : undefined
    if (name === undefined || 'window' in data) return data
    // a simulator made windows of that length
    if (name === 'window' && stride === undefined && data.kind === 'fields' && data.shape[1] === window) return data
    throw new TweedieError('usage', `\`${name}\` is for fields over time, and ${data.name} is ${data.kind}`, {
      hint: '`as: fields` reads an array as fields',
    })
  }
  const length = window ?? Math.min(usualWindow, data.length)
  const choice: WindowChoice = spec?.window ?? { length, stride: stride }
  return windowsOf(data, choice)
}
