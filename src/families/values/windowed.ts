/** Trajectories prepared for training: cut into windows. */
import type { AnyDataset } from '../../files/data/any-dataset.ts'
import type { WindowChoice } from '../../files/data/windows.ts'
import { windowsOf } from '../../files/data/windows.ts'
import type { TrajectoryDataset } from '../../files/data/trajectory.ts'
import type { Wanted } from '../family.ts'
import type { TrainSpec } from './spec.ts'

/** States in a window, unless told otherwise. */
const usualWindow = 8

/** Windows of trajectories, as options or a specification say. @throws TweedieError `usage` where none fits */
export function windowed(data: TrajectoryDataset, { options, spec }: Wanted<TrainSpec>): AnyDataset {
  const { window, stride } = (options ?? {}) as { readonly window?: number; readonly stride?: number }
  const length = window ?? Math.min(usualWindow, data.length)
  const choice: WindowChoice = spec?.window ?? { length, stride: stride }
  return windowsOf(data, choice)
}
