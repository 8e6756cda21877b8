/** The setting in which the model of codes works alone: other models are those of codes too, and data are encoded. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { createDataset, type ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { DataParts, Setting } from '../family.ts'
import { latentsIn } from './meta.ts'
import { autoencoderSum } from './autoencoder-sum.ts'
import { type CodeSource, latentData } from './data.ts'
import { encodedViews, viewsOf } from './encode-data.ts'
import type { LatentModel } from './model.ts'

/** A setting for the model's `prior`. */
export function priorSetting(model: LatentModel, setting: Setting): Setting {
  const { access } = setting
  const { autoencoder } = model
  const sum = latentsIn(model.meta).autoencoder ?? autoencoderSum(autoencoder)
  const source: CodeSource = { autoencoder, path: undefined, sum }
  const encoded = async (data: TrainData): Promise<ArrayDataset> => {
    if (!isArrays(data)) return data as never
    const laws = await encodedViews(source, data, viewsOf(model.autoencoder, false), setting)
    const { load: _, codes: __, ...codes } = latentData(source, { of: data, laws, affine: model.prior.scale.affine })
    return createDataset(codes)
  }
  return {
    ...setting,
    access: {
      ...access,
      // the same family by contract: another is refused
      model: async (name) => ((await access.model(name)) as LatentModel).prior,
      async data(name): Promise<DataParts> {
        const { train, heldOut } = await access.data(name)
        return { train: await encoded(train), ...(heldOut && { heldOut: await encoded(heldOut) }) }
      },
      unseen: async (name) => encoded(await access.unseen(name)),
    },
  }
}
