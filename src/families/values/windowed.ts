/** Trajectories prepared for training: cut into windows. */
import type { AnyDataset } from '../../files/data/any-dataset.ts'
import type { WindowChoice } from '../../files/data/windows.ts'
import { windowsOf } from '../../files/data/windows.ts'
import type { Wanted } from '../family.ts'
import type { TrainSpec } from './spec.ts'
import { isWindowed, refuseWindows } from './windowed-asked.ts'

/** States in a window, unless told otherwise. */
const usualWindow = 8

/**
 * Windows of trajectories, as options or a specification say; other data as they are.
 *
 * @throws TweedieError `usage` for a window of data without time
 */
export function windowed(data: AnyDataset, wanted: Wanted<TrainSpec>): AnyDataset {
  if (!isWindowed(data)) {
    refuseWindows(data, wanted)
    return data
  }
  const { options, spec } = wanted
  const { window, stride } = (options ?? {}) as { readonly window?: number; readonly stride?: number }
  const length = window ?? Math.min(usualWindow, data.length)
  const choice: WindowChoice = spec?.window ?? { length, stride: stride }
  return windowsOf(data, choice)
}
