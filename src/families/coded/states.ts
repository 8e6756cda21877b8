/** Fields to an autoencoder: single states of trajectories as items. */
import { statesOf } from '../../files/data/states.ts'
import { type TrajectoryDataset } from '../../files/data/trajectory.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { DataParts, Setting } from '../family.ts'

/** Trajectories as their states; other data as they are. */
export function asItems(data: TrainData): TrainData {
  return data.kind === 'trajectory' ? statesOf(data as TrajectoryDataset) : data
}

/** A setting whose data are such items. */
export function ofItems(setting: Setting): Setting {
  const { access } = setting
  return {
    ...setting,
    access: {
      ...access,
      async data(name): Promise<DataParts> {
        const { train, heldOut, more } = await access.data(name)
        const fresh = more && (async () => asItems(await more()))
        return { train: asItems(train), heldOut: heldOut && asItems(heldOut), more: fresh }
      },
      unseen: async (name) => asItems(await access.unseen(name)),
    },
  }
}
